"""HTTP routes of a listener: the pool is chosen by host and path."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from components.model.listener import Listener
from components.model.route import HttpRoute, PathMatch
from components.render.haproxy.quoting import constant, word
from components.render.haproxy.specificity import Rank, host_condition, host_rank


def route_rules(listener: Listener) -> Iterator[str]:
    """The least specific route first: a later match replaces an earlier one.

    Hosts are compared without port and final dot, paths once decoded. A path that cannot be decoded
    or that steps out of its element (`/a/../b`, which no client sends that follows RFC 3986,
    section 5.2.4) is refused: backends might see another route in it.
    """
    if listener.routes:
        yield "http-request set-var(txn.host) req.hdr(host),host_only,lower,rtrim(.)"
        yield "http-request set-var(txn.path) path,url_dec"
        yield "http-request set-var(txn.elements) var(txn.path),concat(/)"
        yield (
            "http-request deny deny_status 400 if { path -m found } !{ var(txn.elements) -m found }"
        )
        yield "http-request deny deny_status 400 if { var(txn.elements) -m sub /../ /./ }"
        for host, route in sorted(_by_host(listener), key=_rank):
            condition = " ".join(_conditions(host, route))
            chosen = f"http-request set-var(txn.pool) {constant(route.pool.name)}"
            yield f"{chosen} if {condition}" if condition else chosen
        if listener.pool is None:
            yield "http-request deny deny_status 404 unless { var(txn.pool) -m found }"
        yield "use_backend %[var(txn.pool)] if { var(txn.pool) -m found }"


def _by_host(listener: Listener) -> Iterator[tuple[str, HttpRoute]]:
    for route in listener.routes:
        for host in route.hosts or ("",):
            yield host, route


def _rank(routed: tuple[str, HttpRoute]) -> tuple[Rank, bool, int, bytes]:
    host, route = routed
    path = unquote_to_bytes(route.path)
    return host_rank(host), route.path_match is PathMatch.EXACT, len(path), path


def _conditions(host: str, route: HttpRoute) -> Iterator[str]:
    if host:
        yield host_condition("var(txn.host)", host)
    path = unquote_to_bytes(route.path)
    if route.path_match is PathMatch.EXACT:
        yield f"{{ var(txn.path) -m str -- {word(path)} }}"
    elif path != b"/":
        yield f"{{ var(txn.elements) -m beg -- {word(path.rstrip(b'/') + b'/')} }}"
