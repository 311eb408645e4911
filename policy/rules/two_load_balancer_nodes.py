"""Every VIP has at least two nodes that can hold it."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from .facts.facts import Interface
from .facts.load_balancer import interfaces, load_balancer, nodes, vips
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

MINIMUM = Limit(
    name="minimum",
    default=2,
    what="Fewest nodes that can hold a VIP.",
    schema={"type": "integer", "minimum": 1},
)

RULE = Rule(
    name="two-load-balancer-nodes",
    checks="Every VIP has at least two nodes with an address of its family.",
    fix="Add a node to the nodes of the load balancer.",
    source="https://www.rfc-editor.org/rfc/rfc9568.html",
    severity=Severity.CRITICAL,
    limits=(MINIMUM,),
)


def able(version: int, addresses: Mapping[str, list[Interface]]) -> list[str]:
    """The nodes with an address of this IP version: VRRP speaks from it."""
    return [node for node, own in addresses.items() if any(a.version == version for a in own)]


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per VIP that too few nodes can hold."""
    lb = load_balancer(resource)
    if lb is None or lb.children("nodes") is None:
        return
    minimum = limits.number(MINIMUM.name)
    addresses = {setting: interfaces(node) for setting, node in nodes(resource)}
    undecided = [setting for setting, node in nodes(resource) if not node.settled("addresses")]
    for setting, vip in vips(resource):
        address = vip.address("address")
        if address is None:
            continue
        holders = able(address.version, addresses)
        if len({*holders, *undecided}) < minimum:
            yield said(
                f"{resource.settings}.nodes",
                f"{len(holders)} with an IPv{address.version} address",
                f"{setting} needs at least {minimum:g} nodes",
                f"add {minimum - len(holders):g} more to {resource.settings}.nodes",
            )


POLICY = resource_policy(RULE, (is_composition, check))
