"""Where nginx listens."""

from components.model.listener import Listener, ListenerMode
from components.model.load_balancer import LoadBalancer
from components.render.sockets import socket


def listens(lb: LoadBalancer, listener: Listener) -> tuple[str, ...]:
    """Arguments of a listener's `listen` directives that each of its server blocks repeats."""
    options = [
        *(["ssl"] if listener.tls else []),
        *(["http2"] if _offers_http2(listener) else []),
        *(["proxy_protocol"] if listener.accept_proxy_from else []),
    ]
    return tuple(" ".join((socket(vip.address, listener.port), *options)) for vip in lb.vips)


def socket_options(lb: LoadBalancer, listener: Listener) -> str:
    """Options of a listener's sockets, which nginx wants once per address.

    The backlog is HAProxy's: the kernel bounds it by net.core.somaxconn.
    """
    times = listener.timeouts
    keepalive = f"{times.keepalive_idle_s}s:{times.keepalive_interval_s}s:{times.keepalive_probes}"
    return f"so_keepalive={keepalive} backlog={lb.max_connections}"


def _offers_http2(listener: Listener) -> bool:
    return listener.mode is ListenerMode.HTTP and listener.tls is not None and listener.tls.http2
