"""The parts of a composition's `loadBalancer` that several rules read, with their setting names."""

from collections.abc import Iterator
from dataclasses import dataclass

from .facts import Address, Facts, Interface
from .resource import Resource


def load_balancer(resource: Resource) -> Facts | None:
    """The `loadBalancer` facts."""
    return resource.facts.child("loadBalancer")


def serves(resource: Resource, role: str) -> bool:
    """Whether the composition's `role` is this one; a role that is not told is a gap."""
    return resource.facts.text("role") == role


def nodes(resource: Resource) -> list[tuple[str, Facts]]:
    """Every node with its setting, such as `controlPlane.nodes[lb1]`."""
    return list(_named(resource, "nodes", "name"))


def vips(resource: Resource) -> list[tuple[str, Facts]]:
    """Every VIP with its setting, such as `controlPlane.vips[192.0.2.10]`."""
    return list(_named(resource, "vips", "address"))


@dataclass(frozen=True)
class Pool:
    """A pool and the listener in front of it."""

    listener: str
    facts: Facts


def listeners(resource: Resource) -> list[tuple[str, Facts]]:
    """Every listener with its name."""
    lb = load_balancer(resource)
    found = (lb.children("listeners") if lb else None) or []
    return [(listener.text("name") or listener.path, listener) for listener in found]


def pools(resource: Resource) -> list[Pool]:
    """The pool of every listener."""
    found = ((name, listener.child("pool")) for name, listener in listeners(resource))
    return [Pool(name, pool) for name, pool in found if pool]


def interfaces(node: Facts) -> list[Interface]:
    """Addresses with prefix length of a node."""
    found = (address.address_text() for address in node.children("addresses") or [])
    return [interface for interface in found if interface]


def backend_addresses(resource: Resource) -> dict[str, Address]:
    """Address of every backend by its setting, such as `controlPlane.backends[cp1]`."""
    found: dict[str, Address] = {}
    for pool in pools(resource):
        for backend in pool.facts.children("backends") or []:
            address = backend.address("address")
            if address:
                name = backend.text("name") or backend.path
                found[f"{resource.settings}.backends[{name}]"] = address
    return found


def _named(resource: Resource, key: str, name: str) -> Iterator[tuple[str, Facts]]:
    lb = load_balancer(resource)
    for index, item in enumerate((lb.children(key) if lb else None) or []):
        yield f"{resource.settings}.{key}[{item.text(name) or index}]", item
