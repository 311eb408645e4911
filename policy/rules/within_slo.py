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
    checks="The predicted worst outage of every fault is within slo.worstOutageMs, or unbounded and"
    " accepted by name in slo.acceptedUnbounded.",
    fix="Choose a faster profile, change the timer that the message names, or relax the objective.",
    source="https://www.rfc-editor.org/rfc/rfc9568.html#section-6.1",
    limits=(CEILING,),
)

SETTING = "slo.worstOutageMs"
ACCEPTED = "slo.acceptedUnbounded"
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
    accepted = _accepted(resource)
    predictions = resource.facts.children("failoverBudget")
    if predictions is not None and not predictions:
        yield said("failoverBudget", "empty", "nothing was predicted", "pass every prediction")
    predicted = {prediction.text("fault"): prediction for prediction in predictions or []}
    for fault, prediction in predicted.items():
        worst = _worst(prediction, unbounded_accepted=fault in accepted)
        if fault is not None and worst is not None and worst > limit:
            yield said(
                f"the predicted outage of {fault}",
                "unbounded" if worst == inf else f"{worst:.0f} ms",
                f"{SETTING} allows {limit:.0f} ms; it is {prediction.text('formula')}",
                f"change {resource.settings}.{settings_for(fault)}, or {_relax(fault, worst)}",
            )
    for fault in accepted:
        if predicted and fault not in predicted:
            yield said(
                ACCEPTED,
                fault,
                "no fault has this name",
                f"remove it or name one of {', '.join(str(known) for known in predicted)}",
            )


def _limit(resource: Resource, limits: Limits) -> float | None:
    """The limit in force; an objective that is not told is a gap."""
    slo = resource.facts.child("slo")
    own = slo.number("worstOutageMs") if slo else None
    return limit_ms(own, limits.optional_number(CEILING.name))


def _accepted(resource: Resource) -> list[str]:
    slo = resource.facts.child("slo")
    return (slo.texts("acceptedUnbounded") if slo and slo.has("acceptedUnbounded") else None) or []


def _relax(fault: str, worst: float) -> str:
    if worst == inf:
        return f"add {fault} to {ACCEPTED}"
    return f"raise {SETTING}"


def _worst(prediction: Facts, *, unbounded_accepted: bool) -> float | None:
    """Longest time in which some client fails, ms; null means that nothing bounds it.

    A fault that is accepted without bound is judged by what of it has one.
    """
    figures: list[float] = []
    for key in ("outageMs", "failingMs"):
        if prediction.null(key):
            figures.append(0 if unbounded_accepted else inf)
        elif (figure := prediction.number(key)) is not None:
            figures.append(figure)
    return max(figures) if len(figures) == 2 else None


POLICY = resource_policy(RULE, (is_composition, check))
