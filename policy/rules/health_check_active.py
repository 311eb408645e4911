"""Says what a passive check does not see."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity

from .facts.load_balancer import load_balancer, pools
from .facts.resource import Resource, is_composition
from .health_check_present import active
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="health-check-active",
    checks="The engine probes the backends itself, rather than learning from failed connections.",
    fix="Use engine haproxy where a backend that hangs or is not ready must be noticed.",
    source="https://nginx.org/en/docs/http/load_balancing.html#nginx_load_balancing_health_checks",
    severity=Severity.MEDIUM,
    level=EnforcementLevel.ADVISORY,
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool that is judged by failed connections alone."""
    lb = load_balancer(resource)
    engine = lb.text("engine") if lb else None
    if engine is None or active(engine):
        return
    for pool in pools(resource):
        probe = pool.facts.child("healthCheck") if pool.facts.has("healthCheck") else None
        if probe and probe.flag("passive"):
            path = f" and {probe.text('path')} is never asked" if probe.has("path") else ""
            yield said(
                f"{pool.setting}.healthCheck.passive",
                f"true with engine {engine}",
                f"a backend that accepts and hangs, or is not ready, stays in use{path}",
                "use engine haproxy, or accept it knowingly",
            )


POLICY = resource_policy(RULE, (is_composition, check))
