"""Which pool serves a request: by its host and its path."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.pool import Pool
from components.model.route import HttpRoute, PathMatch
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.clients.web import seen
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

ROUTES = {
    "exact-host": (("www.example.org",), "/", PathMatch.PREFIX),
    "wildcard": (("*.example.org",), "/", PathMatch.PREFIX),
    "longer-wildcard": (("*.deep.example.org",), "/", PathMatch.PREFIX),
    "prefix": ((), "/shop", PathMatch.PREFIX),
    "longer-prefix": ((), "/shop/cart", PathMatch.PREFIX),
    "exact-path": ((), "/shop/cart", PathMatch.EXACT),
    "host-and-path": (("www.example.org",), "/shop", PathMatch.PREFIX),
    "decoded": ((), "/a%20b~", PathMatch.EXACT),
}
"""Pool by pool: hosts, path and how it matches."""


def _balancer(traffic: Traffic, engine: Engine, *, default: bool = True) -> LoadBalancer:
    """A server behind every route, given in an order that no engine may go by."""
    routes = [
        HttpRoute(hosts=hosts, path=path, path_match=match, pool=_pool(traffic, name))
        for name, (hosts, path, match) in ROUTES.items()
    ]
    return balancer(
        engine,
        listener(_pool(traffic, "default") if default else None, mode="http", routes=routes),
    )


def _pool(traffic: Traffic, name: str) -> Pool:
    return pool(traffic.web_server(name).backend(), name=name)


BY_HOST = {
    "www.example.org": "exact-host",
    "WWW.Example.ORG": "exact-host",
    "www.example.org:8000": "exact-host",
    "www.example.org.": "exact-host",
    "api.example.org": "wildcard",
    "a.b.example.org": "wildcard",
    "x.deep.example.org": "longer-wildcard",
    "deep.example.org": "wildcard",
    "example.org": "default",
    "www.example.org.evil.net": "default",
    "notexample.org": "default",
    "[2001:db8::1]:8000": "default",
}
BY_PATH = {
    "/": "default",
    "/shop": "prefix",
    "/shop/": "prefix",
    "/shop?x=/shop/cart": "prefix",
    "/shop/bag": "prefix",
    "/shopping": "default",
    "/Shop": "default",
    "/shop/cart": "exact-path",
    "/shop/cart?x=1": "exact-path",
    "/shop/cart/": "longer-prefix",
    "/shop/cart/1": "longer-prefix",
    "/shop/carts": "prefix",
    "/%73hop": "prefix",
    "/a%20b%7E": "decoded",
}
BY_HOST_AND_PATH = {
    ("www.example.org", "/shop/x"): "host-and-path",
    ("www.example.org", "/shop/cart"): "host-and-path",
    ("www.example.org", "/else"): "exact-host",
    ("api.example.org", "/shop/cart"): "wildcard",
    ("other.net", "/shop/cart"): "exact-path",
}


@pytest.mark.proves(Feature.HOST_ROUTING)
def test_the_most_specific_host_serves(traffic: Traffic, engine: Engine) -> None:
    traffic.edge(_balancer(traffic, engine))
    client = traffic.client()
    served = {host: exchange(client, PORT, get("/", host=host)).seen.server for host in BY_HOST}
    assert served == BY_HOST


@pytest.mark.proves(Feature.PATH_ROUTING)
def test_the_most_specific_path_serves_and_arrives_as_it_was_sent(
    traffic: Traffic, engine: Engine
) -> None:
    traffic.edge(_balancer(traffic, engine))
    answers = {path: exchange(traffic.client(), PORT, get(path)).seen for path in BY_PATH}
    assert {path: answer.server for path, answer in answers.items()} == BY_PATH
    assert [answer.path for answer in answers.values()] == list(BY_PATH)


@pytest.mark.proves(Feature.HOST_ROUTING, Feature.PATH_ROUTING)
def test_the_host_decides_before_the_path(traffic: Traffic, engine: Engine) -> None:
    traffic.edge(_balancer(traffic, engine))
    served = {
        (host, path): exchange(traffic.client(), PORT, get(path, host=host)).seen.server
        for host, path in BY_HOST_AND_PATH
    }
    assert served == BY_HOST_AND_PATH


@pytest.mark.proves(Feature.HOST_ROUTING, Feature.PATH_ROUTING)
def test_a_host_whose_paths_do_not_match_falls_to_the_routes_of_any_host(
    traffic: Traffic, engine: Engine
) -> None:
    named = HttpRoute(hosts=("www.example.org",), path="/only", pool=_pool(traffic, "named"))
    other = HttpRoute(path="/shop", pool=_pool(traffic, "any"))
    wild = HttpRoute(hosts=("*.example.org",), path="/wild", pool=_pool(traffic, "wild"))
    routed = listener(_pool(traffic, "default"), mode="http", routes=(named, other, wild))
    traffic.edge(balancer(engine, routed))
    served = {
        path: exchange(traffic.client(), PORT, get(path, host="www.example.org")).seen.server
        for path in ("/only", "/wild", "/shop", "/")
    }
    assert served == {"/only": "named", "/wild": "wild", "/shop": "any", "/": "default"}


@pytest.mark.proves(Feature.HOST_ROUTING, Feature.PATH_ROUTING)
def test_what_no_route_takes_is_not_found_where_there_is_no_default_pool(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    traffic.edge(_balancer(traffic, engine, default=False))
    client = traffic.client(family=family)
    assert exchange(client, PORT, get("/else", host="other.net")).status == 404
    assert exchange(client, PORT, get("/shop", host="other.net")).seen.server == "prefix"


@pytest.mark.proves(Feature.PATH_ROUTING)
def test_no_request_reaches_the_pool_of_a_path_that_it_steps_out_of(
    traffic: Traffic, engine: Engine
) -> None:
    traffic.edge(_balancer(traffic, engine))
    for path in ("/shop/../admin", "/shop/%2e%2e/admin", "/shop/%2E./admin", "/shop/..%2fadmin"):
        answer = exchange(traffic.client(), PORT, get(path))
        assert answer.status == 400 or answer.seen.server == "default", path


@pytest.mark.proves(Feature.HOST_ROUTING, Feature.HTTP2)
def test_the_authority_of_an_http2_request_is_its_host(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    issued = authority.server("www.example.org", "*.example.org")
    route = HttpRoute(hosts=("www.example.org",), pool=_pool(traffic, "named"))
    tls = {"certificates": certificates(web=issued)}
    routed = listener(_pool(traffic, "default"), mode="http", routes=(route,), tls=tls)
    traffic.edge(balancer(engine, routed), secret_files(web=issued))
    for host, served in (("www.example.org", "named"), ("api.example.org", "default")):
        speaks = ClientTls(server_name=host, authority=authority, alpn=("h2", "http/1.1"))
        with traffic.client().http(tls=speaks, http2=True) as web:
            answer = web.get(f"https://{host}:{PORT}/")
        assert (answer.http_version, seen(answer).server) == ("HTTP/2", served)
