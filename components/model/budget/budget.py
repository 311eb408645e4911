"""The whole budget of a load balancer, and its worst row."""

from components.model.base import Model
from components.model.budget.backend_faults import backend_predictions
from components.model.budget.fate import Fate
from components.model.budget.fault import Fault
from components.model.budget.prediction import Prediction
from components.model.budget.vip_faults import vip_predictions
from components.model.load_balancer import LoadBalancer


class FailoverBudget(Model):
    """Predictions for every fault of a load balancer, in the order of `Fault`."""

    predictions: tuple[Prediction, ...]

    @property
    def worst(self) -> Prediction:
        """The prediction with the longest outage of any client; none is worse than no bound."""
        return max(self.predictions, key=lambda p: p.worst_ms)

    def of(self, fault: Fault) -> Prediction:
        """The prediction for a fault; the worst one over all listeners. Raises KeyError."""
        rows = [p for p in self.predictions if p.fault is fault]
        if not rows:
            raise KeyError(fault)
        return max(rows, key=_severity)


def failover_budget(lb: LoadBalancer) -> FailoverBudget:
    """The worst of every fault over all listeners of `lb`."""
    rows = [*vip_predictions(lb)]
    for listener in lb.listeners:
        for pool in listener.pools:
            rows.extend(backend_predictions(lb, listener, pool))
    rows.append(
        Prediction(
            fault=Fault.CONFIGURATION_CHANGED,
            outage_ms=0,
            established=f"finish in the old worker, {lb.hard_stop_after_s} s at most",
            fate=Fate.FINISH,
            formula="reload hands the listening sockets over; hosts change one after another",
        )
    )
    worst = {p.fault: p for p in sorted(rows, key=_severity)}
    return FailoverBudget(predictions=tuple(worst[f] for f in Fault if f in worst))


def _severity(prediction: Prediction) -> tuple[float, float, float]:
    outage = float("inf") if prediction.outage_ms is None else prediction.outage_ms
    failing = float("inf") if prediction.failing_ms is None else prediction.failing_ms
    return prediction.worst_ms, outage, failing * prediction.degraded_share if failing else 0
