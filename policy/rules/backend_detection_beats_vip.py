"""A dead backend is out of its pool before its node gives up the VIP for it."""

from collections.abc import Iterator
from math import inf

from .facts.budget import bound_ms, prediction
from .facts.load_balancer import load_balancer, pools
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

ASKS = Limit(
    name="localCheckAsksBackends",
    default=False,
    what="Whether a node's local check passes through the engine to a backend. Ours asks the"
    " engine alone, so that no backend can move a VIP; then any ejection is soon enough.",
    schema={"type": "boolean"},
)
FAULTS = ("backend-killed", "backend-silent", "backend-hung", "backend-answers-500")

RULE = Rule(
    name="backend-detection-beats-vip",
    checks="Where a node's local check asks a backend, a dead one is out of the pool before the"
    " check gives up the VIP.",
    fix="Shorten healthCheck.intervalMs and timeoutMs, or lengthen vrrp.scriptFall.",
    source="https://github.com/openshift/machine-config-operator/pull/3158",
    limits=(ASKS,),
)


def demotion_ms(interval_s: float, fall: float, timeout_s: float) -> float:
    """Longest time until a failing local check takes the VIP from a node."""
    return 1000 * (fall * interval_s + timeout_s)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per fault of a backend that would move the VIP first."""
    lb = load_balancer(resource)
    vrrp = lb.child("vrrp") if lb else None
    if not limits.flag(ASKS.name) or vrrp is None or not pools(resource):
        return
    timers = [vrrp.number(key) for key in ("scriptIntervalS", "scriptFall", "scriptTimeoutS")]
    known = [timer for timer in timers if timer is not None]
    if len(known) < len(timers):
        return
    demotion = demotion_ms(*known)
    for fault in FAULTS:
        predicted = prediction(resource, fault)
        ejection = bound_ms(predicted, "degradedMs") if predicted else None
        if predicted and ejection is not None and ejection >= demotion:
            yield said(
                f"the predicted ejection of {fault}",
                "unbounded" if ejection == inf else f"{ejection:.0f} ms",
                f"the local check gives up the VIP after {demotion:.0f} ms;"
                f" it is {predicted.text('formula')}",
                f"shorten {resource.settings}.healthCheck.intervalMs or timeoutMs, or lengthen"
                f" {resource.settings}.vrrp.scriptFall",
            )


POLICY = resource_policy(RULE, (is_composition, check))
