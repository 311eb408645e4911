"""What the network should be, as batches for ip(8). Pure text: nothing here runs anything."""

from lab.hosts import (
    BRIDGE,
    NETWORK4,
    NETWORK6,
    SWITCH,
    hardware_address,
    ipv4,
    ipv6,
    switch_port,
)
from lab.state import Lab

IMMEDIATE_IPV6 = {
    "net.ipv6.conf.all.accept_dad": "0",
    "net.ipv6.conf.default.accept_dad": "0",
    "net.ipv6.conf.all.accept_ra": "0",
    "net.ipv6.conf.default.accept_ra": "0",
}
"""Addresses work at once: no duplicate address detection (1 s per address), no autoconfiguration.

Load-balancer machines do detect duplicates; they are not made here.
"""

SWITCH_SETTINGS = {
    **IMMEDIATE_IPV6,
    "net.bridge.bridge-nf-call-iptables": "0",
    "net.bridge.bridge-nf-call-ip6tables": "0",
    "net.bridge.bridge-nf-call-arptables": "0",
}
"""A switch forwards frames and does not filter packets."""

MANY_CONNECTIONS = {
    "net.ipv4.ip_local_port_range": "10000 65000",
    "net.ipv4.tcp_tw_reuse": "1",
}
"""For hosts that open hundreds of connections a second and would run out of source ports. Below are
the ports that something listens on: one that a closed connection still has cannot be bound."""


def settings_of(host: str) -> dict[str, str]:
    """The kernel settings of a host's namespace, to be made before it gets an interface."""
    if host == SWITCH:
        return SWITCH_SETTINGS
    return {**IMMEDIATE_IPV6, **MANY_CONNECTIONS}


def addresses(host: str, device: str) -> list[str]:
    return [
        f"addr replace {ipv4(host)}/{NETWORK4.prefixlen} dev {device}",
        f"addr replace {ipv6(host)}/{NETWORK6.prefixlen} dev {device} nodad",
    ]


def switch() -> str:
    """For the switch's own namespace: a bridge that forwards at once and floods all multicast.

    A fixed hardware address keeps it from changing whenever a port comes or goes.
    """
    return "\n".join(
        [
            "link set lo up",
            f"link add {BRIDGE} address {hardware_address(SWITCH)} type bridge"
            " forward_delay 0 stp_state 0 mcast_snooping 0",
            f"link set {BRIDGE} up",
            *addresses(SWITCH, BRIDGE),
            "",
        ]
    )


def cable(lab: Lab, host: str) -> str:
    """For the switch's namespace: the cable, one end born in the host's namespace as eth0."""
    port = switch_port(host)
    return "\n".join(
        [
            f"link add {port} type veth peer name eth0 address {hardware_address(host)}"
            f" netns {lab.namespace(host)}",
            f"link set {port} master {BRIDGE} up",
            "",
        ]
    )


def host_end(host: str) -> str:
    """For the host's namespace, once the cable is there."""
    return "\n".join(["link set lo up", "link set eth0 up", *addresses(host, "eth0"), ""])
