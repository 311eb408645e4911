"""The `server` line of a backend."""

from collections.abc import Iterator

from components.model.backend import Backend
from components.model.health_check import HealthCheckKind
from components.model.load_balancer import LoadBalancer
from components.model.persistence import PersistenceKind
from components.model.pool import Pool, PoolProtocol
from components.model.proxy_protocol import ProxyProtocol
from components.render.haproxy import tls
from components.render.haproxy.quoting import beside, word
from components.render.layout import HAPROXY_CHECK_CERTIFICATE

_SEND_PROXY = {ProxyProtocol.V1: "send-proxy", ProxyProtocol.V2: "send-proxy-v2"}


def server_options(lb: LoadBalancer, pool: Pool, backend: Backend) -> str:
    """Everything of the line after the address."""
    words = [f"weight {0 if backend.drain else backend.weight}"]
    if backend.backup:
        words.append("backup")
    if backend.max_connections is not None:
        words.append(f"maxconn {backend.max_connections}")
    words += _persistence(pool, backend)
    if pool.send_proxy is not None:
        # Checks bring the header too, as they use the same port: a backend that does not expect it
        # is down, not up and of no use.
        words.append(_SEND_PROXY[pool.send_proxy])
    if pool.protocol is PoolProtocol.H2 and pool.tls is None:
        words.append("proto h2")
    words += tls.server_options(pool)
    words += _check(pool)
    if pool.health_check is not None:
        if lb.slow_start_ms(pool):
            words.append(f"slowstart {lb.slow_start_ms(pool)}ms")
        if lb.closes_sessions_of_dead_backend(pool):
            words.append("on-marked-down shutdown-sessions")
    return " ".join(words)


def authority_file(pool: Pool) -> str:
    """Name of the file with the authority of a pool's checks, beside haproxy.cfg."""
    return f"{pool.name}-ca.pem"


def _persistence(pool: Pool, backend: Backend) -> Iterator[str]:
    """A drained backend loses the clients that stick to it: weight 0 alone would keep them."""
    if pool.persistence is None:
        return
    if pool.persistence.kind is PersistenceKind.COOKIE:
        if not backend.drain:
            yield f"cookie {word(backend.name)}"
    elif backend.drain:
        yield "disabled"


def _check(pool: Pool) -> Iterator[str]:
    """The check, and the authority: a server has one for checks and traffic (Pool requires it).

    The name that is verified is each one's own: HAProxy demands the one it sends in SNI.
    """
    check = pool.health_check
    if check is not None:
        yield (
            f"check inter {check.interval_ms}ms fastinter {check.fast_interval_ms}ms"
            f" downinter {check.interval_ms}ms fall {check.fall} rise {check.rise}"
        )
        if check.kind is HealthCheckKind.HTTPS:
            yield f"check-ssl check-sni {word(check.server_name)}"
        elif pool.tls is not None:
            yield "no-check-ssl"
        if check.kind is HealthCheckKind.TCP and pool.protocol is PoolProtocol.H2:
            yield "check-proto none"
    yield from _verification(pool)
    if check is not None and check.client_certificate:
        yield f"crt {beside(HAPROXY_CHECK_CERTIFICATE)}"


def _verification(pool: Pool) -> Iterator[str]:
    check = pool.health_check
    if pool.tls is not None:
        yield tls.verification(pool.tls.ca, tls.backend_authority_file(pool), pool.tls.server_name)
    elif check is not None and check.kind is HealthCheckKind.HTTPS:
        yield tls.verification(check.ca, authority_file(pool), check.server_name)
