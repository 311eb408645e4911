"""Pools of SNI routes with connection settings of their own."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.proxy_protocol import ProxyProtocol
from components.model.route import SniRoute
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls, server_context
from tests.lab.traffic.traffic import Traffic


@pytest.mark.proves(Feature.SNI_POOL_SETTINGS)
def test_one_pool_gets_a_proxy_header_and_the_other_none(
    traffic: Traffic, engine: Engine, authority: Authority, family: Family
) -> None:
    context = server_context(authority.server("told.test", "plain.test"))
    told = traffic.line_server("told", family=family, tls=context, reads_proxy=True)
    plain = traffic.line_server("plain", family=family, tls=context)
    routes = (
        SniRoute(
            server_names=("told.test",),
            pool=pool(told.backend(), name="told", send_proxy=ProxyProtocol.V1, retries=1),
        ),
        SniRoute(server_names=("plain.test",), pool=pool(plain.backend(), name="plain")),
    )
    traffic.edge(balancer(engine, listener(None, sni_routes=routes)))
    client = traffic.client(source=3, family=family)
    with client.talk(PORT, tls=ClientTls(server_name="told.test")) as session:
        assert session.greeting.proxy is not None
        assert session.greeting.proxy.source == client.source
    with client.talk(PORT, tls=ClientTls(server_name="plain.test")) as session:
        assert (session.greeting.server, session.greeting.proxy) == ("plain", None)
