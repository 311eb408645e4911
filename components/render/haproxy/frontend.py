"""What a listener's frontend judges and where it sends traffic."""

from collections.abc import Iterator

from components.model.listener import Listener, ListenerMode
from components.render.haproxy.quoting import word
from components.render.haproxy.requests import http_rules
from components.render.haproxy.sni import empty, sni_rules
from components.render.haproxy.sources import source_rules

_WHY_STOPPING = (
    "# A worker that a reload replaces counts its backends as gone: it must still serve what it"
    " accepted."
)


def frontend_lines(listener: Listener) -> Iterator[str]:
    """The rules in the order in which HAProxy comes to them, then the default backend."""
    yield from source_rules(listener)
    if listener.mode is ListenerMode.HTTP:
        yield from http_rules(listener)
    elif listener.sni_routes:
        yield from sni_rules(listener)
    elif listener.pool is not None and listener.pool.reject_when_empty:
        yield _WHY_STOPPING
        yield f"tcp-request connection reject if {empty(listener.pool)}"
    if listener.pool is not None:
        yield f"default_backend {word(listener.pool.name)}"
