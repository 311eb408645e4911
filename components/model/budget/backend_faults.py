"""Faults of one backend: the VIP stays, the pool stops using the backend."""

from components.model.budget.active_checks import actively_checked
from components.model.budget.fault import Fault
from components.model.budget.passive_checks import passively_checked
from components.model.budget.prediction import Prediction, unbounded
from components.model.feature import Feature
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.pool import Pool

_FAULTS = (
    Fault.BACKEND_KILLED,
    Fault.BACKEND_SILENT,
    Fault.BACKEND_HUNG,
    Fault.BACKEND_ANSWERS_500,
    Fault.BACKEND_RESTARTED,
    Fault.BACKEND_RETURNS,
)


def backend_predictions(lb: LoadBalancer, listener: Listener, pool: Pool) -> tuple[Prediction, ...]:
    """Predictions for the faults of one backend of a pool."""
    check = pool.health_check
    if len(pool.available) < 2:
        return tuple(unbounded(f, "one backend: nothing else serves") for f in _FAULTS)
    if check is None:
        return tuple(unbounded(f, "no health check: the backend stays in use") for f in _FAULTS)
    if not lb.capabilities.has(Feature.ACTIVE_CHECKS):
        return passively_checked(listener, pool, check)
    closes = lb.closes_sessions_of_dead_backend(pool)
    return actively_checked(pool, check, closes_sessions=closes)
