"""The predicted worst outage of every fault stays within the stack's objective."""

from collections.abc import Iterator, Mapping
from math import inf

from .facts.facts import Facts
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

CEILING = Limit(
    name="worstOutageMs",
    default=None,
    what="Most that any stack may allow itself, ms; none leaves it to the stack's own slo.",
    schema={"type": "number", "minimum": 0},
)

RULE = Rule(
    name="within-slo",
    checks="The predicted worst outage of every fault is within slo.worstOutageMs.",
    fix="Choose a faster profile, change the timer that the message names, or relax the objective.",
    source="https://www.rfc-editor.org/rfc/rfc9568.html#section-6.1",
    limits=(CEILING,),
)

SETTING = "slo.worstOutageMs"
SETTINGS: Mapping[str, str] = {
    "engine-hung": "vrrp.scriptIntervalS, scriptTimeoutS or scriptFall",
    "node-partition-heals": "vrrp.garpRefreshS",
    "fail-back": "vrrp.garpRefreshS, or vrrp.preempt to false",
    "backend-silent": "profile, connectTimeoutMs, or healthCheck.intervalMs or fall",
    "backend-": "profile, or healthCheck.intervalMs, timeoutMs or fall",
    "": "profile, or vrrp.advertisementIntervalMs",
}
"""Beginning of a fault's name -> the settings that shorten it; the first match counts."""


def limit_ms(own: float | None, ceiling: float | None) -> float | None:
    """The stricter of the stack's objective and the pack's ceiling."""
    given = [figure for figure in (own, ceiling) if figure is not None]
    return min(given) if given else None


def settings_for(fault: str) -> str:
    """What to change when a fault takes too long."""
    return next(setting for prefix, setting in SETTINGS.items() if fault.startswith(prefix))


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per fault that takes too long, and one for an objective that is not set."""
    limit = _limit(resource, limits)
    if limit is None:
        return
    predictions = resource.facts.children("failoverBudget")
    if predictions is not None and not predictions:
        yield said("failoverBudget", "empty", "nothing was predicted", "pass every prediction")
    for prediction in predictions or []:
        fault, worst = prediction.text("fault"), _worst(prediction)
        if fault is not None and worst is not None and worst > limit:
            yield said(
                f"the predicted outage of {fault}",
                "unbounded" if worst == inf else f"{worst:.0f} ms",
                f"{SETTING} allows {limit:.0f} ms; it is {prediction.text('formula')}",
                f"change {resource.settings}.{settings_for(fault)}, or raise {SETTING}",
            )


def _limit(resource: Resource, limits: Limits) -> float | None:
    """The limit in force; an objective that is not told is a gap."""
    slo = resource.facts.child("slo")
    own = slo.number("worstOutageMs") if slo else None
    return limit_ms(own, limits.optional_number(CEILING.name))


def _worst(prediction: Facts) -> float | None:
    """Longest time in which some client fails, ms; null means that nothing bounds it."""
    failing = prediction.number("failingMs")
    if not prediction.known("outageMs"):
        return None
    if not prediction.has("outageMs"):
        return inf
    outage = prediction.number("outageMs")
    return None if outage is None or failing is None else max(outage, failing)


POLICY = resource_policy(RULE, (is_composition, check))
