"""Addresses as HAProxy writes them, and the order of networks, which has no meaning."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from components.model.load_balancer import Reach
from components.model.network import Network
from components.model.node import Node

Address = IPv4Address | IPv6Address


def socket(address: Address, port: int) -> str:
    """An address and port as HAProxy writes them."""
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def reachable(reach: Reach, node: Node) -> tuple[Address, ...]:
    """The node's addresses on which an endpoint of this reach listens."""
    loopback = (ip_address("127.0.0.1"),)
    return loopback if reach is Reach.LOOPBACK else (*loopback, *(a.ip for a in node.addresses))


def source_acl(name: str, networks: Iterable[Network]) -> Iterator[str]:
    """The condition `name`: the client's address is in one of the networks.

    One line for each, as HAProxy takes at most 64 words in a line.
    """
    for network in sorted(set(networks), key=lambda n: (n.version, n)):
        yield f"acl {name} src {network}"
