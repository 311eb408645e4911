"""Listeners with mode http: the proxying part of nginx's `http` block."""

from components.model.http import ErrorPage
from components.model.listener import Listener, ListenerMode
from components.model.load_balancer import LoadBalancer
from components.model.pool import Pool, PoolProtocol
from components.render.environment import render_template
from components.render.layout import CURRENT
from components.render.nginx.addresses import listens, socket_options
from components.render.nginx.locations import server_blocks
from components.render.nginx.names import error_page_file
from components.render.nginx.sources import networks, source_zone_kib
from components.render.nginx.templates import PARTS

KEEPALIVE_CONNECTIONS = 32
"""Idle connections to the backends of a pool that each worker keeps."""

_PROXY_HEADER_BYTES = 1024
"""More than a PROXY header takes, which nginx reads in one piece before the request (version 1: at
most 107 bytes; version 2: 52 and the sender's extensions)."""

_ALSO = {400: (494, 495, 496, 497)}
"""nginx's own statuses that clients see as another one: headers too large, a client certificate
that is wrong or missing, plain HTTP on a TLS port."""


def http_listeners(lb: LoadBalancer) -> str:
    """Everything of the listeners, empty without any."""
    listeners = [x for x in lb.listeners if x.mode is ListenerMode.HTTP]
    if not listeners:
        return ""
    return render_template(
        "nginx/http.conf.j2",
        **PARTS,
        lb=lb,
        listeners=listeners,
        listens=listens,
        socket_options=socket_options,
        networks=networks,
        source_zone_kib=source_zone_kib,
        server_blocks=server_blocks,
        error_pages=_error_pages,
        error_statuses=_error_statuses,
        error_page_path=_error_page_path,
        first_buffer_bytes=_first_buffer_bytes,
        client_body_timeout_ms=_client_body_timeout_ms,
        answer_silence_ms=_answer_silence_ms,
        speaks_h2=_speaks_h2,
        keepalive=KEEPALIVE_CONNECTIONS,
    )


def _speaks_h2(pool: Pool) -> bool:
    return pool.protocol is PoolProtocol.H2


def _client_body_timeout_ms(listener: Listener, pool: Pool) -> int:
    """gRPC clients may be silent on a stream for as long as on a tunnel."""
    times = listener.timeouts
    return max(times.client_ms, times.tunnel_ms) if _speaks_h2(pool) else times.client_ms


def _answer_silence_ms(listener: Listener, pool: Pool) -> int:
    """So may the backend, whose other answers are not told apart from streams."""
    times = listener.timeouts
    return max(times.server_ms, times.tunnel_ms) if _speaks_h2(pool) else times.server_ms


def _first_buffer_bytes(listener: Listener) -> int:
    """Headers are counted in the buffer after the first one, so that one is as small as can be."""
    return _PROXY_HEADER_BYTES if listener.accept_proxy_from else 1


def _error_pages(listener: Listener) -> list[ErrorPage]:
    return sorted(listener.http.error_pages, key=lambda page: page.status)


def _error_statuses(status: int) -> str:
    """First arguments of `error_page`."""
    return " ".join(str(one) for one in (status, *_ALSO.get(status, ())))


def _error_page_path(listener: Listener, page: ErrorPage) -> str:
    """The file of a page; workers read it, for whom a path has no folder of nginx.conf."""
    return f"{CURRENT}/nginx/{error_page_file(listener, page.status)}"
