"""A load-balancer node: one machine that runs the engine and Keepalived."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Self

from pydantic import Field, model_validator

from components.model.address import InterfaceAddress
from components.model.base import Model, refuse
from components.model.machine import HostName


class OsFamily(StrEnum):
    """Distribution family: decides package names and commands."""

    DEBIAN = "debian"
    RHEL = "rhel"


class Node(Model):
    """One load balancer machine of a group that shares the VIPs."""

    name: HostName
    """Name of the node and its VRRP router."""
    addresses: tuple[InterfaceAddress, ...] = Field(min_length=1, max_length=2)
    """Own addresses with prefix length, at most one per family; VRRP speaks from them."""
    priority: int = Field(ge=1, le=254)
    """VRRP priority: the healthy node with the highest one holds the VIPs (255 is reserved for the
    owner of a real address, RFC 9568)."""
    failure_domain: str | None = None
    """What this node shares its fate with: a rack, a hypervisor, a zone."""
    family: OsFamily = OsFamily.DEBIAN
    """Distribution family of the machine."""
    file_limit: int = Field(default=524_288, ge=1024, le=1_073_741_816)
    """Hard limit of open files (`ulimit -Hn`) that the machine allows a service."""

    @model_validator(mode="after")
    def _one_address_per_family(self) -> Self:
        versions = [a.version for a in self.addresses]
        if len(set(versions)) != len(versions):
            raise refuse(
                f"nodes[{self.name}].addresses",
                ", ".join(str(a) for a in self.addresses),
                "a node has at most one address per family",
                "keep the one that VRRP shall speak from",
            )
        return self

    def address(self, version: int) -> IPv4Address | IPv6Address | None:
        """The node's address of an IP version (4 or 6), or none."""
        return next((a.ip for a in self.addresses if a.version == version), None)
