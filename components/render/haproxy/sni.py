"""SNI routes of a listener: the pool is chosen by the name in the TLS greeting."""

from collections.abc import Iterator

from components.model.listener import Listener
from components.model.pool import Pool
from components.render.haproxy.quoting import argument, constant, word
from components.render.haproxy.specificity import host_condition, host_rank


def sni_rules(listener: Listener) -> Iterator[str]:
    """The least specific name first: a later match replaces an earlier one."""
    routes = sorted(
        ((name, route.pool) for route in listener.sni_routes for name in route.server_names),
        key=lambda route: host_rank(route[0]),
    )
    yield f"tcp-request inspect-delay {listener.timeouts.client_ms}ms"
    if listener.pool is not None:
        yield f"tcp-request content set-var(txn.pool) {constant(listener.pool.name)}"
    for name, pool in routes:
        condition = host_condition("req.ssl_sni,lower", name)
        yield f"tcp-request content set-var(txn.pool) {constant(pool.name)} if {condition}"
    if listener.pool is None:
        yield "tcp-request content reject unless { var(txn.pool) -m found }"
    for pool in listener.pools:
        if pool.reject_when_empty:
            chosen = f"{{ var(txn.pool) -m str -- {word(pool.name)} }}"
            yield f"tcp-request content reject if {chosen} {empty(pool)}"
    yield "use_backend %[var(txn.pool)] if { var(txn.pool) -m found }"


def empty(pool: Pool) -> str:
    """The condition that no backend of the pool is up.

    A worker that a reload replaces counts its backends as gone: it must still serve what it
    accepted.
    """
    return f"{{ {word(f'nbsrv({argument(pool.name)})')} lt 1 }} !{{ stopping }}"
