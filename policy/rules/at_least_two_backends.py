"""Every pool has at least two backends that take new connections."""

from collections.abc import Iterator

from pulumi_policy import Severity

from .facts.load_balancer import pools
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

MINIMUM = Limit(
    name="minimum",
    default=2,
    what="Fewest backends of a pool that take new connections.",
    schema={"type": "integer", "minimum": 1},
)

RULE = Rule(
    name="at-least-two-backends",
    checks="Every pool has at least two backends that are not drained.",
    fix="Add a backend to the pool, or end the drain of one.",
    source="https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/",
    severity=Severity.CRITICAL,
    limits=(MINIMUM,),
)


def too_few(serving: int, minimum: float) -> bool:
    """Whether losing one more backend than the pool can spare leaves nobody to serve."""
    return serving < minimum


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool with too few backends."""
    minimum = limits.number(MINIMUM.name)
    for pool in pools(resource):
        backends = pool.facts.children("backends")
        if backends is None:
            continue
        drained = [b for b in backends if b.has("drain") and b.flag("drain")]
        serving = len(backends) - len(drained)
        if too_few(serving, minimum):
            yield said(
                f"{pool.setting}.backends",
                f"{serving} for listener {pool.listener.name}"
                + (f" ({len(drained)} more drained)" if drained else ""),
                f"a pool needs at least {minimum:g}",
                f"list {minimum - serving:g} more in {pool.setting}.backends"
                + (" or end a drain" if drained else ""),
            )


POLICY = resource_policy(RULE, (is_composition, check))
