"""Predictions of a composition's failover budget."""

from math import inf

from .facts import Facts
from .resource import Resource


def prediction(resource: Resource, fault: str) -> Facts | None:
    """The prediction for a fault; one that is left out is a gap."""
    predictions = resource.facts.children("failoverBudget")
    for each in predictions or []:
        if each.text("fault") == fault:
            return each
    if predictions is not None:
        resource.facts.gaps.missing[f"failoverBudget[{fault}]"] = "is missing"
    return None


def bound_ms(facts: Facts, key: str) -> float | None:
    """A figure of a prediction; infinite for null, which says that nothing bounds it."""
    return inf if facts.null(key) else facts.number(key)
