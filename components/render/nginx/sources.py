"""What nginx knows of clients' addresses."""

from collections.abc import Iterable

from components.model.load_balancer import LoadBalancer
from components.model.network import Network

_SOURCE_BYTES = 256
"""More than nginx keeps of one source (64 or 128 bytes, and its share of a page)."""


def networks(given: Iterable[Network]) -> tuple[Network, ...]:
    """Each network once, in an order of their own: what is given has none."""
    return tuple(sorted(set(given), key=lambda n: (n.version, int(n.network_address), n.prefixlen)))


def source_zone_kib(lb: LoadBalancer) -> int:
    """Memory for counting the connections of every source, KiB: nginx refuses all when it is full.

    Twice what one source for each connection takes: workers that a reload replaced count theirs.
    """
    return max(1024, 2 * lb.engine_connections * _SOURCE_BYTES // 1024)
