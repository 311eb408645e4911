"""Ways around what a listener asks of its clients, which stay closed."""

import ssl
from contextlib import ExitStack, suppress
from ipaddress import IPv4Network, ip_address

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.tls import Tls
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.outcome import Outcome, outcome
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.proxy_protocol import ProxyHeader
from tests.lab.traffic.traffic import Traffic

CLOSED = PORT + 1
NAME = "www.example.org"
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.proves(Feature.CLIENT_CERTIFICATES)
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_session_of_another_listener_does_not_pass_for_a_client_certificate(
    traffic: Traffic, engine: Engine, authority: Authority, version: ssl.TLSVersion
) -> None:
    servers = [traffic.line_server(name) for name in ("open", "closed")]
    issued = {name: authority.server(NAME) for name in ("open", "closed")}
    tls = {
        name: Tls(
            certificates=certificates(**{name: issued[name]}),
            client_authority=authority.certificate if name == "closed" else None,
        )
        for name in issued
    }
    listeners = [
        listener(
            pool(server.backend(), name=f"{server.name}-pool"), port=port, tls=tls[server.name]
        )
        for server, port in zip(servers, (PORT, CLOSED), strict=True)
    ]
    traffic.edge(balancer(engine, *listeners), secret_files(**issued))
    client = traffic.client()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority.certificate)
    context.minimum_version = context.maximum_version = version
    assert _greeted(client, context, PORT, None) is not None
    begun = _greeted(client, context, PORT, None)
    assert outcome(lambda: _greeted(client, context, CLOSED, begun)) is not Outcome.SERVED


def _greeted(
    client: Client, context: ssl.SSLContext, port: int, session: ssl.SSLSession | None
) -> ssl.SSLSession | None:
    """The TLS session of a connection that a line server greeted. Raises OSError."""
    with (
        client.connect(port) as plain,
        context.wrap_socket(plain, server_hostname=NAME, session=session) as secured,
    ):
        if not secured.recv(1):
            raise ConnectionResetError("closed without a greeting")
        return secured.session


@pytest.mark.proves(Feature.SOURCES_LIMITED)
@pytest.mark.parametrize("source", ["2002:c612:5::1", "::198.18.0.5"])
def test_an_ipv6_source_that_embeds_an_allowed_ipv4_address_is_refused(
    traffic: Traffic, engine: Engine, source: str
) -> None:
    client = traffic.client(family=Family.IPV6)
    server = traffic.line_server("a")
    limited = listener(
        pool(server.backend()),
        accept_proxy_from=[f"{client.source}/128"],
        allowed_cidrs=[IPv4Network("198.18.0.0/24")],
    )
    traffic.edge(balancer(engine, limited))

    def claimed(address: str) -> Outcome:
        header = ProxyHeader(
            version=2,
            source=ip_address(address),
            source_port=1,
            destination=client.vip,
            destination_port=PORT,
        )
        return outcome(lambda: client.talk(PORT, proxy=header).close())

    assert claimed(source) is not Outcome.SERVED


@pytest.mark.proves(Feature.STATISTICS)
def test_the_health_check_is_answered_while_every_listener_is_full(
    traffic: Traffic, engine: Engine
) -> None:
    servers = [traffic.line_server(name) for name in ("a", "b")]
    listeners = [
        listener(pool(server.backend(), name=f"pool-{server.name}"), name=server.name, port=port)
        for server, port in zip(servers, (PORT, CLOSED), strict=True)
    ]
    lb = balancer(engine, *listeners).model_copy(update={"max_connections": 150})
    edge = traffic.edge(lb)
    with ExitStack() as held:
        for port in (PORT, CLOSED):
            for _ in range(170):
                with suppress(ConnectionError):
                    held.enter_context(traffic.client().connect(port))
        assert edge.get(edge.plan.health_url, timeout=2).status_code == httpx.codes.OK
