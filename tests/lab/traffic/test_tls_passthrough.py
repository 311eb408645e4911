"""TLS that the load balancer does not end: it has no key, and clients verify the backend itself."""

import ssl

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.pool import Pool
from components.model.route import SniRoute
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls, served_certificate, server_context
from tests.lab.traffic.traffic import Traffic

REFUSED = (ssl.SSLError, ConnectionError)
ROUTES = {
    "exact": ("www.example.org",),
    "wildcard": ("*.example.org",),
    "longer-wildcard": ("*.deep.example.org", "other.example.net"),
}


@pytest.mark.proves(Feature.TLS_PASSTHROUGH)
def test_clients_verify_the_backends_own_certificate(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    issued = authority.server("www.example.org")
    server = traffic.line_server("a", family=family, tls=server_context(issued))
    traffic.edge(balancer(engine, listener(pool(server.backend()))))
    client = traffic.client(family=family)
    with client.connect_tls(
        PORT, ClientTls(server_name="www.example.org", authority=authority)
    ) as session:
        assert served_certificate(session) == issued.parsed


@pytest.mark.proves(Feature.TLS_PASSTHROUGH)
def test_a_client_certificate_reaches_the_backend(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    demanding = server_context(authority.server("www.example.org"), clients=authority)
    server = traffic.line_server("a", tls=demanding)
    traffic.edge(balancer(engine, listener(pool(server.backend()))))
    own = ClientTls(server_name="www.example.org", certificate=authority.client("somebody"))
    with traffic.client().talk(PORT, tls=own) as session:
        assert session.greeting.server == "a"
    with pytest.raises(REFUSED):
        traffic.client().talk(PORT, tls=ClientTls(server_name="www.example.org"))


@pytest.mark.proves(Feature.SNI_ROUTING)
@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("www.example.org", "exact"),
        ("WWW.Example.ORG", "exact"),
        ("api.example.org", "wildcard"),
        ("a.b.example.org", "wildcard"),
        ("x.deep.example.org", "longer-wildcard"),
        ("deep.example.org", "wildcard"),
        ("other.example.net", "longer-wildcard"),
        ("example.org", "default"),
        ("wwwXexample.org", "default"),
        ("www.example.org.evil.net", "default"),
    ],
)
def test_the_name_that_a_client_asks_for_chooses_the_pool(
    traffic: Traffic, engine: Engine, authority: Authority, name: str, served: str
) -> None:
    traffic.edge(_routed(traffic, engine, authority, default=True))
    with traffic.client().talk(PORT, tls=ClientTls(server_name=name)) as session:
        assert session.greeting.server == served


@pytest.mark.proves(Feature.SNI_ROUTING)
def test_names_are_told_apart_in_both_families(
    traffic: Traffic, engine: Engine, authority: Authority, family: Family
) -> None:
    traffic.edge(_routed(traffic, engine, authority, family=family))
    client = traffic.client(family=family)
    for name in ("exact", "wildcard"):
        asked = ROUTES[name][0].replace("*", "any")
        with client.talk(PORT, tls=ClientTls(server_name=asked, authority=authority)) as session:
            assert session.greeting.server == name


@pytest.mark.proves(Feature.SNI_ROUTING)
def test_an_unknown_name_is_refused_where_there_is_no_default(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    traffic.edge(_routed(traffic, engine, authority))
    with pytest.raises(REFUSED):
        traffic.client().talk(PORT, tls=ClientTls(server_name="unknown.test"))
    with traffic.client().talk(PORT, tls=ClientTls(server_name="www.example.org")) as session:
        assert session.greeting.server == "exact"


def _routed(
    traffic: Traffic,
    engine: Engine,
    authority: Authority,
    *,
    default: bool = False,
    family: Family = Family.IPV4,
) -> LoadBalancer:
    """A TLS server behind every route, with a certificate for its names."""

    def served_by(name: str, *names: str) -> Pool:
        context = server_context(authority.server(*names))
        server = traffic.line_server(name, family=family, tls=context)
        return pool(server.backend(), name=name)

    routes = [
        SniRoute(server_names=names, pool=served_by(name, *names)) for name, names in ROUTES.items()
    ]
    fallback = served_by("default", "default.test") if default else None
    return balancer(engine, listener(fallback, sni_routes=tuple(routes)))
