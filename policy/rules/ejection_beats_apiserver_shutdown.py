"""A kube-apiserver that shuts down gets no new connections before it stops serving."""

from collections.abc import Iterator
from math import inf

from .facts.budget import bound_ms, prediction
from .facts.load_balancer import pools, serves
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

DELAY = Limit(
    name="shutdownDelayMs",
    default=8000,
    what="The kube-apiservers' shutdown-delay-duration, ms: how long they serve while not ready.",
    schema={"type": "number", "minimum": 0},
)
FAULT = "backend-restarted"

RULE = Rule(
    name="ejection-beats-apiserver-shutdown",
    checks="A kube-apiserver that shuts down is out of its pool before it stops serving.",
    fix="Shorten healthCheck.intervalMs, or lengthen the kube-apiservers' shutdown-delay-duration.",
    source="https://github.com/openshift/installer/blob/master/docs/dev/kube-apiserver-health-check.md",
    limits=(DELAY,),
)


def in_time(ejection_ms: float, delay_ms: float) -> bool:
    """Whether the pool is done with a backend before that stops."""
    return ejection_ms < delay_ms


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation when the predicted ejection comes too late."""
    if not serves(resource, "kube-apiserver") or not pools(resource):
        return
    predicted = prediction(resource, FAULT)
    ejection = bound_ms(predicted, "degradedMs") if predicted else None
    outage = bound_ms(predicted, "outageMs") if predicted else None
    if predicted is None or ejection is None or outage is None:
        return
    worst, delay = max(ejection, outage), limits.number(DELAY.name)
    if not in_time(worst, delay):
        yield said(
            f"the predicted ejection of {FAULT}",
            "unbounded" if worst == inf else f"{worst:.0f} ms",
            f"a kube-apiserver serves {delay:.0f} ms while it shuts down;"
            f" it is {predicted.text('formula')}",
            f"shorten {resource.settings}.healthCheck.intervalMs, or lengthen"
            f" shutdown-delay-duration and tell it by {DELAY.name}",
        )


POLICY = resource_policy(RULE, (is_composition, check))
