"""VRRP priorities always decide who holds the VIPs."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from .facts.load_balancer import load_balancer, nodes
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="priorities-decide",
    checks="Priorities are distinct, and a failed check puts a node below every healthy one.",
    fix="Give every node its own priority; a check without a weight always demotes.",
    source="https://github.com/lablabs/ansible-role-rke2/issues/60",
    severity=Severity.HIGH,
)

LOWEST = 1
"""Keepalived never lets a priority fall below it."""


def ties(priorities: Mapping[str, float]) -> dict[str, str]:
    """Every node whose priority another one before it has, with that one."""
    first: dict[float, str] = {}
    return {
        node: first[priority]
        for node, priority in priorities.items()
        if first.setdefault(priority, node) != node
    }


def demotes(weight: float, priorities: Mapping[str, float]) -> bool:
    """Whether the best node falls below the worst healthy one when its check fails.

    A weight of 0, or none, makes the node give up the address (keepalived's FAULT state).
    """
    if weight == 0 or len(priorities) < 2:
        return True
    return max(LOWEST, max(priorities.values()) + weight) < min(priorities.values())


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per tie, and one for a penalty that is too small."""
    lb = load_balancer(resource)
    if lb is None:
        return
    priorities = {
        setting: priority
        for setting, node in nodes(resource)
        if (priority := node.number("priority")) is not None
    }
    for node, other in ties(priorities).items():
        yield said(
            f"{node}.priority",
            f"{priorities[node]:g}",
            f"{other}.priority is the same, so which node holds a VIP is left to chance",
            f"set {node}.priority to a value of its own from 1 to 254",
        )
    vrrp = lb.child("vrrp")
    weight = vrrp.number("weight") if vrrp and vrrp.has("weight") else None
    if weight is not None and not demotes(weight, priorities):
        best = max(priorities, key=lambda node: priorities[node])
        yield said(
            f"{resource.settings}.vrrp.weight",
            f"{weight:g}",
            f"with a failed check {best}.priority {priorities[best]:g} still is not below"
            f" {min(priorities.values()):g}, so a broken node keeps the VIPs",
            f"remove {resource.settings}.vrrp.weight or set it to 0",
        )


POLICY = resource_policy(RULE, (is_composition, check))
