"""haproxy.cfg of one node and the files beside it. The same model gives the same bytes."""

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Network

from components.model.load_balancer import LoadBalancer, Reach
from components.model.node import Node
from components.model.pool import Balance
from components.render.environment import render_template
from components.render.haproxy.frontend import frontend_lines
from components.render.haproxy.networks import embedded_refusal, source_acl
from components.render.haproxy.persistence import PEERS, peers, persistence_lines
from components.render.haproxy.quoting import beside, literal, word
from components.render.haproxy.requests import (
    buffer_bytes,
    client_timeout_ms,
    error_pages,
    server_timeout_ms,
)
from components.render.haproxy.server import authority_file, server_options
from components.render.haproxy.sources import limits_table, limits_table_line
from components.render.haproxy.tls import (
    backend_authority_file,
    bind_options,
    certificate_list,
    client_authority_file,
)
from components.render.layout import ADMIN_SOCKET, SERVER_STATE
from components.render.plan import ManagedFile
from components.render.revision import revision_of
from components.render.sockets import Address, reachable, socket

_BALANCE = {
    Balance.ROUND_ROBIN: "roundrobin",
    Balance.WEIGHTED_ROUND_ROBIN: "roundrobin",
    Balance.LEAST_CONNECTIONS: "leastconn",
    Balance.SOURCE_HASH: "source",
}
_HASH_TYPE = {Balance.SOURCE_HASH: "consistent"}


RESERVED_FOR_HEALTH = 40
"""Of the connections beyond those of listeners: what metrics and statistics leave to the check."""

_STATS_NETWORKS = (IPv4Network("127.0.0.0/8"),)
"""Loopback may always ask for statistics."""


def render_haproxy(lb: LoadBalancer, node: Node) -> tuple[tuple[ManagedFile, ...], str]:
    """HAProxy's public files on `node`, and their revision.

    The revision is a digest of all of them and of the certificates that are served; the running
    HAProxy tells it at `/revision`, which proves that a reload took the new configuration.
    """
    beside_it = tuple(_files_beside(lb))
    certificates = (c.chain for x in lb.listeners if x.tls for c in x.tls.certificates)
    revision = revision_of(
        _haproxy_cfg(lb, node, revision=""), *(f.content for f in beside_it), *certificates
    )
    cfg = ManagedFile(path="haproxy/haproxy.cfg", content=_haproxy_cfg(lb, node, revision))
    return (cfg, *beside_it), revision


def _files_beside(lb: LoadBalancer) -> Iterator[ManagedFile]:
    for pool in lb.pools:
        check = pool.health_check
        if pool.tls is not None:
            if pool.tls.ca is not None:
                yield _beside(backend_authority_file(pool), pool.tls.ca)
        elif check is not None and check.ca is not None:
            yield _beside(authority_file(pool), check.ca)
    for listener in lb.listeners:
        if listener.tls is not None:
            yield certificate_list(listener, listener.tls)
            if listener.tls.client_authority is not None:
                yield _beside(client_authority_file(listener), listener.tls.client_authority)
        yield from error_pages(listener)


def _beside(name: str, content: str) -> ManagedFile:
    return ManagedFile(path=f"haproxy/{name}", content=content)


def _observability(lb: LoadBalancer, node: Node) -> tuple[tuple[str, tuple[Address, ...]], ...]:
    """Frontends of the health check, and of the same pages on the node's own addresses."""
    loopback = reachable(Reach.LOOPBACK, node)
    others = tuple(a for a in reachable(lb.observability.reach, node) if a not in loopback)
    named = (("health", loopback), ("observability", others))
    return tuple((name, addresses) for name, addresses in named if addresses)


def _haproxy_cfg(lb: LoadBalancer, node: Node, revision: str) -> str:
    return render_template(
        "haproxy/haproxy.cfg.j2",
        lb=lb,
        node=node,
        revision=revision,
        admin_socket=ADMIN_SOCKET,
        server_state=SERVER_STATE,
        secrets=beside("secrets"),
        has_certificates=any(listener.tls for listener in lb.listeners),
        buffer_bytes=buffer_bytes(lb.listeners),
        peers_section=PEERS,
        peers=peers(lb),
        asks_for_certificates=any(x.tls and x.tls.client_authority for x in lb.listeners),
        observability=_observability(lb, node),
        reserved_for_health=RESERVED_FOR_HEALTH,
        stats_addresses=reachable(lb.stats.reach, node),
        stats_sources=tuple(source_acl("from-allowed", lb.stats.allowed_cidrs)),
        stats_refusal=tuple(embedded_refusal("connection", _STATS_NETWORKS)),
        word=word,
        literal=literal,
        socket=socket,
        client_timeout_ms=client_timeout_ms,
        server_timeout_ms=server_timeout_ms,
        bind_options=bind_options,
        frontend_lines=frontend_lines,
        limits_table=limits_table,
        limits_table_line=limits_table_line,
        balance=_BALANCE.__getitem__,
        hash_type=_HASH_TYPE.get,
        backend_lines=persistence_lines,
        server_options=partial(server_options, lb),
    )
