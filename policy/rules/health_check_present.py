"""Every pool has an active health check."""

from collections.abc import Iterator

from pulumi_policy import Severity

from .at_least_two_backends_f5 import POOL
from .facts.load_balancer import load_balancer, pools
from .facts.resource import Resource, is_composition, of_type
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="health-check-present",
    checks="Every pool has an active health check (`passive: true` accepts an engine without);"
    " a BIG-IP pool has a monitor.",
    fix="Set healthCheck on the pool; give a BIG-IP pool `monitors`.",
    source="https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/",
    severity=Severity.CRITICAL,
    raw=True,
)

_FIX_LIMIT = "a dead backend stays in use until clients fail"


def active(engine: str) -> bool:
    """Whether an engine probes backends by itself."""
    return engine != "nginx"


def check_composition(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool without a check, or with one that its engine does not make."""
    lb = load_balancer(resource)
    engine = lb.text("engine") if lb else None
    for pool in pools(resource):
        setting = f"{pool.setting}.healthCheck"
        if not pool.facts.has("healthCheck"):
            yield said(
                setting,
                f"not set for listener {pool.listener.name}",
                _FIX_LIMIT,
                f"set {setting}.kind to https",
            )
            continue
        check = pool.facts.child("healthCheck")
        if check is None or engine is None or active(engine):
            continue
        if check.flag("passive") is False:
            yield said(
                f"{setting}.passive",
                f"false for listener {pool.listener.name}",
                f"engine {engine} makes no active checks: {_FIX_LIMIT}",
                f"set {setting}.passive to true, which accepts that, or use engine haproxy",
            )


def check_f5_pool(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation for a BIG-IP pool without a monitor."""
    monitors = resource.facts.children("monitors") if resource.facts.has("monitors") else []
    if monitors is not None and not monitors:
        yield said("monitors", "empty", _FIX_LIMIT, "name a monitor in `monitors`")


POLICY = resource_policy(RULE, (is_composition, check_composition), (of_type(POOL), check_f5_pool))
