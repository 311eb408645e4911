"""Names and networks as settings spell them."""

from ipaddress import IPv4Network, IPv6Network, ip_interface
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from components.model.address import as_text
from components.model.base import refuse


def _unmapped(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise refuse(
            "network",
            network,
            "clients over IPv4 have IPv4 addresses: it would match nobody",
            "write it as an IPv4 network",
        )
    return network


def _without_host_bits(value: object) -> object:
    try:
        given = ip_interface(value) if isinstance(value, str) else None
    except ValueError:
        return value  # no network at all: told by the type
    if given is not None and given.ip != given.network.network_address:
        raise refuse("network", value, "it has bits behind its prefix", f"write {given.network}")
    return value


Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_without_host_bits),
    BeforeValidator(as_text),
    AfterValidator(_unmapped),
]
"""An address block in CIDR notation, without host bits."""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"({_LABEL}\.)*{_LABEL}"

DnsName = Annotated[
    str, BeforeValidator(_lower), StringConstraints(pattern=rf"^{_NAME}$", max_length=253)
]
"""A DNS name in ASCII; capital letters become small ones."""

RouteHost = Annotated[
    str, BeforeValidator(_lower), StringConstraints(pattern=rf"^(\*\.)?{_NAME}$", max_length=253)
]
"""A DNS name in ASCII, or `*.` and a DNS name: one or more labels before it (as Gateway API)."""


def covers(pattern: str, host: str) -> bool:
    """Whether a certificate's name stands for `host`: `*.` replaces one label (RFC 6125)."""
    pattern, host = pattern.lower(), host.lower()
    if not pattern.startswith("*."):
        return pattern == host
    return host.partition(".")[2] == pattern[2:] and bool(host.partition(".")[0])


def require_consistent(allowed: tuple[Network, ...], denied: tuple[Network, ...], at: str) -> None:
    """Raises ValueError for a network that is given twice, or allowed and wholly denied."""
    for setting, networks in (("allowedCidrs", allowed), ("deniedCidrs", denied)):
        for index, network in enumerate(networks):
            if network in networks[:index]:
                raise refuse(f"{at}.{setting}", network, "it is given twice", "remove one")
    for network in allowed:
        for refused in denied:
            if network.version == refused.version and _inside(network, refused):
                raise refuse(
                    f"{at}.allowedCidrs",
                    network,
                    f"deniedCidrs has {refused}, which wins: nobody of it would be served",
                    "remove one of them",
                )


def _inside(inner: Network, outer: Network) -> bool:
    return inner.network_address in outer and inner.prefixlen >= outer.prefixlen
