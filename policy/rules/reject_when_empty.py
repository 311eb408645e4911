"""A listener refuses before the TLS handshake while no backend is up."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity

from .facts.load_balancer import pools
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="reject-when-empty",
    checks="New connections are reset, not taken and dropped, while no backend is up.",
    fix="Leave rejectWhenEmpty at true.",
    source="https://github.com/kubernetes/kubernetes/issues/99602",
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool whose clients would be taken first."""
    for pool in pools(resource):
        if pool.facts.flag("rejectWhenEmpty") is False:
            yield said(
                f"{pool.setting}.rejectWhenEmpty",
                "false",
                "while no backend is up clients are taken, and dropped without an error",
                f"set {pool.setting}.rejectWhenEmpty to true",
            )


POLICY = resource_policy(RULE, (is_composition, check))
