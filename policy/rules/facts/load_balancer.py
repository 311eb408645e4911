"""The parts of a composition's `loadBalancer` that several rules read, with their setting names."""

from collections.abc import Iterator
from dataclasses import dataclass

from .facts import Address, Facts, Interface
from .resource import Resource

API_PORT = 6443
MACHINE_CONFIG_PORT = 22623
"""Port of OpenShift's machine config server, which sits beside every kube-apiserver."""


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
class Listener:
    """A listener: the first is the composition's own, set without a name."""

    name: str
    setting: str
    """Where its settings are: `controlPlane`, or `controlPlane.listeners[web]`."""
    first: bool
    facts: Facts


@dataclass(frozen=True)
class Pool:
    """A pool and the listener in front of it."""

    listener: Listener
    setting: str
    """Where its settings are: `controlPlane`, or `controlPlane.listeners[web].pool`."""
    facts: Facts


def listeners(resource: Resource) -> list[Listener]:
    """Every listener."""
    lb = load_balancer(resource)
    found: list[Listener] = []
    for index, facts in enumerate((lb.children("listeners") if lb else None) or []):
        name = facts.text("name") or facts.path
        own = index == 0
        setting = resource.settings if own else f"{resource.settings}.listeners[{name}]"
        found.append(Listener(name, setting, own, facts))
    return found


def in_front_of(resource: Resource, *ports: int) -> list[Listener]:
    """The kube-apiservers' listener, and every other one on one of the ports."""
    api = serves(resource, "kube-apiserver")
    return [
        listener
        for listener in listeners(resource)
        if (listener.first and api) or listener.facts.number("port") in ports
    ]


def pools(resource: Resource) -> list[Pool]:
    """Every pool of every listener once: the default ones and those of routes."""
    return [pool for listener in listeners(resource) for pool in pools_of(listener)]


def pools_of(listener: Listener) -> list[Pool]:
    """The pools of a listener, each once; a listener without any is a gap unless it redirects."""
    routed = [
        Pool(listener, f"{listener.setting}.{key}[{index}].pool", pool)
        for key in ("routes", "sniRoutes")
        if listener.facts.has(key)
        for index, route in enumerate(listener.facts.children(key) or [])
        if (pool := route.child("pool"))
    ]
    found: dict[object, Pool] = {}
    if listener.facts.has("pool") or not (routed or _redirects(listener)):
        default = listener.facts.child("pool")
        if default:
            setting = listener.setting if listener.first else f"{listener.setting}.pool"
            found[_name(default)] = Pool(listener, setting, default)
    for pool in routed:
        found.setdefault(_name(pool.facts), pool)
    return list(found.values())


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
                found[f"{pool.setting}.backends[{name}]"] = address
    return found


def _redirects(listener: Listener) -> bool:
    http = listener.facts.child("http") if listener.facts.has("http") else None
    return http is not None and http.has("redirectToHttpsPort")


def _name(pool: Facts) -> object:
    return pool.text("name") if pool.has("name") and pool.known("name") else pool.path


def _named(resource: Resource, key: str, name: str) -> Iterator[tuple[str, Facts]]:
    lb = load_balancer(resource)
    for index, item in enumerate((lb.children(key) if lb else None) or []):
        yield f"{resource.settings}.{key}[{item.text(name) or index}]", item
