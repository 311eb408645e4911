"""Only known networks reach the Kubernetes API."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity

from .facts.load_balancer import API_PORT, in_front_of
from .facts.networks import limited
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="sources-limited",
    checks="The listener of the Kubernetes API serves named networks alone.",
    fix="Set allowedCidrs to the networks of nodes, operators and pipelines.",
    source="https://kubernetes.io/docs/concepts/security/controlling-access/",
    severity=Severity.MEDIUM,
    level=EnforcementLevel.ADVISORY,
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per API listener that serves everybody."""
    for listener in in_front_of(resource, API_PORT):
        if limited(listener.facts, "allowedCidrs") is False:
            yield said(
                f"{listener.setting}.allowedCidrs",
                ", ".join(listener.facts.texts("allowedCidrs") or []) or "empty",
                f"everybody who reaches a VIP reaches listener {listener.name}",
                f"set {listener.setting}.allowedCidrs to the networks that need it",
            )


POLICY = resource_policy(RULE, (is_composition, check))
