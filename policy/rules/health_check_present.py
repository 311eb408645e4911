"""Every pool has an active health check."""

from collections.abc import Iterator

from pulumi_policy import Severity

from .at_least_two_backends_f5 import POOL
from .facts.load_balancer import pools
from .facts.resource import Resource, is_composition, of_type
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="health-check-present",
    checks="Every pool has an active health check; a BIG-IP pool has a monitor.",
    fix="Set healthCheck on the pool; give a BIG-IP pool `monitors`.",
    source="https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/",
    severity=Severity.CRITICAL,
    raw=True,
)

_FIX_LIMIT = "a dead backend stays in use until clients fail"


def check_composition(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool without an active check."""
    for pool in pools(resource):
        if not pool.facts.has("healthCheck"):
            yield said(
                f"{resource.settings}.healthCheck",
                f"not set for listener {pool.listener}",
                _FIX_LIMIT,
                f"set {resource.settings}.healthCheck.kind to https",
            )
        else:
            pool.facts.known("healthCheck")


def check_f5_pool(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation for a BIG-IP pool without a monitor."""
    monitors = resource.facts.children("monitors") if resource.facts.has("monitors") else []
    if monitors is not None and not monitors:
        yield said("monitors", "empty", _FIX_LIMIT, "name a monitor in `monitors`")


POLICY = resource_policy(RULE, (is_composition, check_composition), (of_type(POOL), check_f5_pool))
