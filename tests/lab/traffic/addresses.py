"""Who lives where on the traffic bench; edges and VIPs have the addresses they have in the lab."""

from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address

from lab.hosts import NETWORK4, NETWORK6

Address = IPv4Address | IPv6Address

EDGES = ("lb1", "lb2")
CLIENT = "client"
SERVERS = "servers"

VIP = 10
CLIENT_NUMBERS = tuple(range(100, 140))
"""Sources that a client may speak from, so that allowed and refused ones can be told apart."""
FAR_CLIENT = 140
"""A source of another subnet: in IPv6 the others share their /64."""
SERVER_NUMBERS = tuple(range(21, 30))
"""One address per backend."""

_PREFIX6 = 48
"""Covers all subnets of the bench (RFC 5180 has this block for benchmarks)."""
_NUMBERS = {
    "lb1": (11,),
    "lb2": (12,),
    CLIENT: (*CLIENT_NUMBERS, FAR_CLIENT),
    SERVERS: SERVER_NUMBERS,
}


class Family(IntEnum):
    """An IP version."""

    IPV4 = 4
    IPV6 = 6


def address(number: int, family: Family = Family.IPV4) -> Address:
    """The address that ends in `number`, in decimal digits in both families."""
    if family is Family.IPV4:
        return NETWORK4[number]
    if number == FAR_CLIENT:
        return IPv6Address(f"2001:2:0:2::{number}")
    return IPv6Address(f"{NETWORK6.network_address}{number}")


def addresses_of(host: str) -> tuple[Address, ...]:
    """Every address of a namespace, but for the VIPs."""
    return tuple(address(n, family) for n in _NUMBERS[host] for family in Family)


def with_prefix(which: Address) -> str:
    """The address as ip(8) takes it for an interface of the network, on which IPv6 has several
    subnets."""
    return f"{which}/{NETWORK4.prefixlen if which.version == 4 else _PREFIX6}"
