"""Who lives where on the lab's network. The same in every lab: each has its own namespaces.

All addresses are from the ranges reserved for benchmarking: 198.18.0.0/15 (RFC 2544) and
2001:2::/48 (RFC 5180), so that a leak could never reach a real network.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

NETWORK4 = IPv4Network("198.18.0.0/24")
NETWORK6 = IPv6Network("2001:2:0:1::/64")
SERVICE_NETWORK4 = IPv4Network("198.19.0.0/20")
"""Cluster IPs of Services; nothing in the lab routes them."""

APISERVER_PORT = 6443
ETCD_PORT = 2379

SWITCH = "switch"
BRIDGE = "lab0"
CONTROL_PLANES = ("cp1", "cp2", "cp3")
LOAD_BALANCERS = ("lb1", "lb2")
PLUGGED_BY_THE_LAB = ("operator", "client", *CONTROL_PLANES, "stranger")
"""Hosts the lab makes and plugs in. Load-balancer machines are made by `pulumi up`."""

_NUMBERS = {
    SWITCH: 1,
    "operator": 2,
    "vip": 10,
    "lb1": 11,
    "lb2": 12,
    "cp1": 21,
    "cp2": 22,
    "cp3": 23,
    "client": 100,
    "stranger": 200,
}


def ipv4(host: str) -> IPv4Address:
    """The host's (or `vip`'s) IPv4 address. Raises KeyError for an unknown host."""
    return NETWORK4[_NUMBERS[host]]


def ipv6(host: str) -> IPv6Address:
    """The host's IPv6 address: its IPv4 number in decimal digits, so 198.18.0.11 is ...::11."""
    return IPv6Address(f"{NETWORK6.network_address}{_NUMBERS[host]}")


def hardware_address(host: str) -> str:
    """A locally administered address that tells the host in a packet capture."""
    return f"02:00:c6:12:00:{_NUMBERS[host]:02x}"


def switch_port(host: str) -> str:
    """The host's end of the cable on the switch."""
    return f"sw-{host}"
