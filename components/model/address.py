"""Addresses as settings spell them: text, without zone, one way to write each."""

from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from components.model.base import refuse


def as_text(value: object) -> object:
    """`value` when it is text or an address. Raises ValueError for a number, which would be taken
    for 0.0.0.N, and for a zone (`%eth0`), which may hold any character."""
    if isinstance(value, int | bytes):
        raise refuse("address", value, "it is no text", "write the address in quotes")
    if "%" in str(value):
        raise refuse("address", repr(str(value)), "it has a zone", "leave out % and what follows")
    return value


def _usable(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None:
        raise refuse("address", address, "it is an IPv4 address in IPv6 form", f"write {mapped}")
    for kind, wrong in (
        ("unspecified", address.is_unspecified),
        ("multicast", address.is_multicast),
        ("link-local", address.version == 6 and address.is_link_local),
    ):
        if wrong:
            raise refuse("address", address, f"it is {kind}", "give the address of one machine")
    return address


def _with_prefix(value: object) -> object:
    if isinstance(value, str) and "/" not in value:
        raise refuse("address", value, "it has no prefix length", f"write {value}/24 or the like")
    return value


def _of_a_machine(interface: IPv4Interface | IPv6Interface) -> IPv4Interface | IPv6Interface:
    _usable(interface.ip)
    return interface


Address = Annotated[IPv4Address | IPv6Address, BeforeValidator(as_text), AfterValidator(_usable)]
"""The address of one machine."""

InterfaceAddress = Annotated[
    IPv4Interface | IPv6Interface,
    BeforeValidator(_with_prefix),
    BeforeValidator(as_text),
    AfterValidator(_of_a_machine),
]
"""The address of one machine with its prefix length."""
