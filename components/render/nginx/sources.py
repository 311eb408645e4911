"""What nginx knows of clients' addresses."""

from collections.abc import Iterable

from components.model.limits import IPV6_SOURCE_BITS
from components.model.load_balancer import LoadBalancer
from components.model.network import Network

LIMITED_SOURCE = "$limited_source"
"""The variable with what limits count by: names in the model have no underscore."""

_SUBNET_BYTES = IPV6_SOURCE_BITS // 8
IPV6_SUBNET = f"(?s)^(?<subnet_of_source>.{{{_SUBNET_BYTES}}}).{{{16 - _SUBNET_BYTES}}}$"
"""What an IPv6 address in binary matches, the part of its subnet by name."""

IPV4_IN_IPV6 = r"(?s)^\x00{10}\xff\xff(?<ipv4_of_source>.{4})$"
"""What an IPv4 address in IPv6 form matches, the IPv4 address by name."""

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
