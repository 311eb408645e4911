"""Addresses as both engines write them."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from components.model.load_balancer import Reach
from components.model.node import Node

Address = IPv4Address | IPv6Address


def socket(address: Address, port: int) -> str:
    """An address and port."""
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def reachable(reach: Reach, node: Node) -> tuple[Address, ...]:
    """The node's addresses on which an endpoint of this reach listens."""
    loopback = (ip_address("127.0.0.1"),)
    return loopback if reach is Reach.LOOPBACK else (*loopback, *(a.ip for a in node.addresses))
