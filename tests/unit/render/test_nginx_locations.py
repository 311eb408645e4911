"""Which pool nginx finds for a host and a path: what the model says, whatever the order."""

from itertools import permutations

import pytest

from components.model.listener import Listener
from components.render.nginx.locations import Location, server_blocks
from tests.authority import Authority

AUTHORITY = Authority("locations")


def _pool(name: str) -> dict[str, object]:
    return {"name": name, "backends": [{"name": "a", "address": "198.18.0.21"}]}


def _route(name: str, path: str, *hosts: str, match: str = "prefix") -> dict[str, object]:
    return {"hosts": hosts, "path": path, "pathMatch": match, "pool": _pool(name)}


ROUTES = [
    _route("any-root", "/"),
    _route("any-v1", "/v1"),
    _route("any-exact", "/v1/only", match="exact"),
    _route("wide-v1", "/v1", "*.example.com"),
    _route("narrow-v2", "/v2", "*.eu.example.com"),
    _route("one-v1", "/v1", "one.eu.example.com"),
    _route("one-v1-exact", "/v1", "one.eu.example.com", match="exact"),
    _route("encoded", "/a%20%C3%A4", "one.eu.example.com"),
]


def served_by(listener: Listener, host: str, path: str) -> str | None:
    """What nginx would choose (its manual on server names and on location)."""
    blocks = {block.name: block.locations for block in server_blocks(listener)}
    wildcards = [n for n in blocks if n.startswith("*.") and host.endswith(n[1:])]
    name = host if host in blocks else max(wildcards, key=len, default="")
    exact = [x for x in blocks[name] if x.exact and x.path == path]
    begins = [x for x in blocks[name] if not x.exact and path.startswith(x.path)]
    chosen: Location = (exact or sorted(begins, key=lambda x: -len(x.path)))[0]
    return chosen.pool and chosen.pool.name


@pytest.mark.parametrize(
    ("host", "path", "pool"),
    [
        ("other.org", "/", "any-root"),
        ("other.org", "/v1", "any-v1"),
        ("other.org", "/v1/", "any-v1"),
        ("other.org", "/v11", "any-root"),
        ("other.org", "/v1/only", "any-exact"),
        ("a.example.com", "/v1/only", "wide-v1"),
        ("a.example.com", "/v2", "any-root"),
        ("a.eu.example.com", "/v1/x", "wide-v1"),
        ("a.eu.example.com", "/v2/x", "narrow-v2"),
        ("one.eu.example.com", "/v1", "one-v1-exact"),
        ("one.eu.example.com", "/v1/", "one-v1"),
        ("one.eu.example.com", "/v2", "narrow-v2"),
        ("one.eu.example.com", "/v3", "any-root"),
        ("one.eu.example.com", "/a ä/x", "encoded"),
    ],
)
def test_the_most_specific_host_and_then_the_most_specific_path_serve(
    host: str, path: str, pool: str
) -> None:
    listener = Listener.model_validate(
        {"name": "web", "port": 80, "mode": "http", "routes": ROUTES}
    )
    assert served_by(listener, host, path) == pool


def test_what_no_route_takes_goes_to_the_default_pool_or_to_none() -> None:
    listener = {"name": "web", "port": 80, "mode": "http", "routes": [_route("v1", "/v1", "a.b")]}
    with_default = Listener.model_validate({**listener, "pool": _pool("default")})
    without = Listener.model_validate(listener)
    for host in ("a.b", "c.d"):
        assert served_by(with_default, host, "/v2") == "default"
        assert served_by(without, host, "/v2") is None


def test_the_order_of_routes_has_no_meaning() -> None:
    blocks = {
        server_blocks(
            Listener.model_validate(
                {"name": "web", "port": 80, "mode": "http", "routes": [*some, *ROUTES[4:]]}
            )
        )
        for some in permutations(ROUTES[:4])
    }
    assert len(blocks) == 1


def test_every_name_of_several_certificates_has_a_server_block() -> None:
    one, two = AUTHORITY.server("web.a.com", "*.b.com"), AUTHORITY.server("198.18.0.10", "c.com")
    chains = [{"name": "one", "chain": one.chain}, {"name": "two", "chain": two.chain}]
    values = {"name": "web", "port": 443, "mode": "http", "pool": _pool("p")}
    several = Listener.model_validate({**values, "tls": {"certificates": chains}})
    single = Listener.model_validate({**values, "tls": {"certificates": chains[:1]}})
    assert [b.name for b in server_blocks(several)] == ["", "*.b.com", "c.com", "web.a.com"]
    assert [b.name for b in server_blocks(single)] == [""]
