"""Names and networks as settings spell them."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import StringConstraints

Network = IPv4Network | IPv6Network
"""An address block in CIDR notation, without host bits."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

RouteHost = Annotated[
    str,
    StringConstraints(pattern=rf"^(\*\.)?({_LABEL}\.)*{_LABEL}$", max_length=253, to_lower=True),
]
"""A DNS name in ASCII, or `*.` and a DNS name: one or more labels before it (as Gateway API)."""


def covers(pattern: str, host: str) -> bool:
    """Whether a certificate's name stands for `host`: `*.` replaces one label (RFC 6125)."""
    pattern, host = pattern.lower(), host.lower()
    if not pattern.startswith("*."):
        return pattern == host
    return host.partition(".")[2] == pattern[2:] and bool(host.partition(".")[0])
