"""A VIP is one free host address of the nodes' subnet."""

from collections.abc import Iterator, Sequence

from pulumi_policy import Severity

from .facts.facts import Address, Interface
from .facts.load_balancer import backend_addresses, interfaces, nodes, vips
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import Finding, stack_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="vip-unique-and-sane",
    checks="A VIP is used once, in the nodes' subnet, and no node's, backend's or special address.",
    fix="Choose a free host address of the nodes' subnet.",
    source="https://www.rfc-editor.org/rfc/rfc9568.html",
    severity=Severity.CRITICAL,
)


def special(vip: Address) -> str | None:
    """Why no host can have this address at all, or none."""
    if vip.is_loopback:
        return "a loopback address, which only the node itself reaches"
    if vip.is_multicast:
        return "a multicast address"
    if vip.is_unspecified:
        return "the unspecified address"
    return None


def misplaced(vip: Address, node: Interface) -> str | None:
    """Why the address does not fit the subnet of a node's address, or none."""
    network = node.network
    if vip not in network:
        return f"outside {network}, the subnet of the node's address {node}"
    host_bits = network.max_prefixlen - network.prefixlen
    if host_bits > 1 and vip == network.network_address:
        kind = "network" if vip.version == 4 else "subnet-router anycast"
        return f"the {kind} address of {network}"
    if host_bits > 1 and vip.version == 4 and vip == network.broadcast_address:
        return f"the broadcast address of {network}"
    return None


def taken(vip: Address, others: Sequence[tuple[str, Address]]) -> str | None:
    """The setting that has the same address, or none."""
    return next((setting for setting, address in others if address == vip), None)


def check(resources: Sequence[Resource], limits: Limits) -> Iterator[Finding]:
    """A finding per VIP and reason."""
    used: list[tuple[str, Address]] = []
    for resource in resources:
        used += [(f"{resource.name} {s}", a) for s, a in backend_addresses(resource).items()]
        for node, own in _node_interfaces(resource):
            used += [(f"{resource.name} {node}", interface.ip) for interface in own]
    for resource in resources:
        for setting, vip in vips(resource):
            address = vip.address("address")
            if address is None:
                continue
            owner = taken(address, used)
            used.append((f"{resource.name} {setting}", address))
            for reason in _reasons(resource, address, owner):
                yield Finding(
                    resource,
                    said(
                        f"{setting}.address",
                        address,
                        reason,
                        f"set it to a free host address of {_subnets(resource, address)}",
                    ),
                )


def _reasons(resource: Resource, vip: Address, owner: str | None) -> Iterator[str]:
    reason = special(vip)
    if reason:
        yield reason
        return
    if owner:
        yield f"{owner} has this address"
    seen: set[str] = set()
    for _, own in _node_interfaces(resource):
        for interface in own:
            reason = misplaced(vip, interface) if interface.version == vip.version else None
            if reason and str(interface.network) not in seen:
                seen.add(str(interface.network))
                yield reason


def _node_interfaces(resource: Resource) -> list[tuple[str, list[Interface]]]:
    return [(setting, interfaces(node)) for setting, node in nodes(resource)]


def _subnets(resource: Resource, vip: Address) -> str:
    found = {
        str(i.network)
        for _, own in _node_interfaces(resource)
        for i in own
        if i.version == vip.version
    }
    return " and ".join(sorted(found)) or "the nodes' subnet"


POLICY = stack_policy(RULE, is_composition, check)
