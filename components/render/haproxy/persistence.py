"""How clients stick to a backend, and how the nodes share it."""

from collections.abc import Iterator

from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.persistence import PersistenceKind
from components.model.pool import Pool
from components.render.haproxy.quoting import word
from components.render.sockets import Address

PEERS = "nodes"
"""Name of the section with the nodes that share tables."""


def persistence_lines(listener: Listener, pool: Pool) -> Iterator[str]:
    """What the pool's backend section says about persistence."""
    persistence = pool.persistence
    if persistence is None:
        return
    if persistence.kind is PersistenceKind.COOKIE:
        secure = "" if listener.tls is None else " secure"
        name = word(persistence.cookie_name)
        yield f"cookie {name} insert indirect nocache httponly{secure}"
    else:
        size = f"size {persistence.table_size} expire {persistence.idle_s}s"
        yield f"stick-table type ipv6 {size} peers {PEERS}"
        yield "stick on src"


def peers(lb: LoadBalancer) -> tuple[tuple[str, Address], ...]:
    """The nodes by name and the address on which each tells its tables; none if no pool shares.

    The node itself is one of them: over this address a worker that a reload replaces hands its
    tables to the new one.
    """
    if not lb.shares_tables:
        return ()
    version = next(v for v in (4, 6) if all(node.address(v) for node in lb.nodes))
    found = sorted((node.name, node.address(version)) for node in lb.nodes)
    return tuple((name, address) for name, address in found if address is not None)
