"""Faults of one backend whose end no timer of the load balancer sets, while others serve."""

from components.model.budget.fault import Fault
from components.model.budget.overhead import PROBE_MS
from components.model.budget.prediction import Prediction, unbounded
from components.model.pool import Pool


def unbounded_part(fault: Fault, pool: Pool, why: str) -> Prediction:
    """Other backends serve, but the faulty one's part of the connections fails without bound."""
    if len(pool.serving) < 2:
        return unbounded(fault, f"{why}; it alone serves")
    return Prediction(
        fault=fault,
        outage_ms=PROBE_MS,
        degraded_ms=None,
        degraded_share=pool.largest_share,
        failing_ms=None,
        established="hang until timeouts",
        formula=why,
    )


def used_before_it_is_ready(pool: Pool, why: str) -> Prediction:
    """A backend that comes back accepts connections before it is ready: its own time, no timer's.

    kube-apiserver answers with 403 and 503 meanwhile (64 of 19,428 in one restart of the lab's).
    """
    formula = (
        f"{why}: it gets its part as soon as it accepts, and answers with errors until it is ready"
    )
    return unbounded_part(Fault.BACKEND_RETURNS, pool, formula).model_copy(
        update={"established": "survive: they are with other backends", "answers_errors": True}
    )
