"""haproxy.cfg of one node. The same model gives the same bytes."""

import hashlib
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address

from components.model.backend import Backend
from components.model.health_check import HealthCheckKind
from components.model.load_balancer import LoadBalancer, Reach
from components.model.node import Node
from components.model.pool import Balance, Pool
from components.render.environment import render_template
from components.render.layout import ADMIN_SOCKET, ENGINE_FOLDER, HAPROXY_CHECK_CERTIFICATE
from components.render.plan import ManagedFile

Address = IPv4Address | IPv6Address

_BALANCE = {
    Balance.ROUND_ROBIN: "roundrobin",
    Balance.WEIGHTED_ROUND_ROBIN: "roundrobin",
    Balance.LEAST_CONNECTIONS: "leastconn",
    Balance.SOURCE_HASH: "source",
}
_HASH_TYPE = {Balance.SOURCE_HASH: "consistent"}


def render_haproxy(lb: LoadBalancer, node: Node) -> tuple[tuple[ManagedFile, ...], str]:
    """HAProxy's public files on `node`, and their revision.

    The revision is a digest of all of them; the running HAProxy tells it at `/revision`, which
    proves that a reload took the new configuration.
    """
    authorities = tuple(
        ManagedFile(path=f"haproxy/{authority_file(pool)}", content=pool.health_check.ca)
        for pool in lb.pools
        if pool.health_check is not None and pool.health_check.ca is not None
    )
    revision = _digest(_haproxy_cfg(lb, node, revision=""), *(a.content for a in authorities))
    cfg = ManagedFile(path="haproxy/haproxy.cfg", content=_haproxy_cfg(lb, node, revision))
    return (cfg, *authorities), revision


def authority_file(pool: Pool) -> str:
    """Name of the file with the authority of a pool's checks, beside haproxy.cfg."""
    return f"{pool.name}-ca.pem"


def socket(address: Address, port: int) -> str:
    """An address and port as HAProxy writes them."""
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _haproxy_cfg(lb: LoadBalancer, node: Node, revision: str) -> str:
    return render_template(
        "haproxy/haproxy.cfg.j2",
        lb=lb,
        node=node,
        revision=revision,
        admin_socket=ADMIN_SOCKET,
        observability_addresses=_reachable(lb.observability.reach, node),
        stats_addresses=_reachable(lb.stats.reach, node),
        socket=socket,
        balance=_BALANCE.__getitem__,
        hash_type=_HASH_TYPE.get,
        server_options=partial(_server_options, lb),
    )


def _reachable(reach: Reach, node: Node) -> tuple[Address, ...]:
    loopback = (ip_address("127.0.0.1"),)
    return loopback if reach is Reach.LOOPBACK else (*loopback, *(a.ip for a in node.addresses))


def _server_options(lb: LoadBalancer, pool: Pool, backend: Backend) -> str:
    check = pool.health_check
    words = [f"weight {0 if backend.drain else backend.weight}"]
    if backend.backup:
        words.append("backup")
    if check is None:
        return " ".join(words)
    words.append(
        f"check inter {check.interval_ms}ms fastinter {check.fast_interval_ms}ms"
        f" downinter {check.interval_ms}ms fall {check.fall} rise {check.rise}"
    )
    if check.kind is HealthCheckKind.HTTPS:
        words.append(f"check-ssl check-sni {check.server_name}")
        if check.ca is None:
            words.append("verify none")
        else:
            words.append(
                f"verify required ca-file {_beside(authority_file(pool))}"
                f" verifyhost {check.server_name}"
            )
        if check.client_certificate:
            words.append(f"crt {_beside(HAPROXY_CHECK_CERTIFICATE)}")
    if lb.slow_start_ms(pool):
        words.append(f"slowstart {lb.slow_start_ms(pool)}ms")
    if lb.closes_sessions_of_dead_backend(pool):
        words.append("on-marked-down shutdown-sessions")
    return " ".join(words)


def _beside(path: str) -> str:
    """A file of the engine's folder; HAProxy expands variables in double quotes."""
    return f'"${{{ENGINE_FOLDER}}}/{path}"'


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
