"""One measured fault beside its prediction."""

from dataclasses import dataclass

from components.model.budget.overhead import PROBE_MS
from components.model.budget.prediction import Prediction
from lab.drill.held import HeldThrough


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What new connections went through during one fault.

    `allowed_failures` is the prediction for the rate at which they were opened.
    """

    prediction: Prediction
    outage_ms: float
    failed: int
    attempts: int
    rate_per_s: float
    answered: int = 0
    """Of the failed attempts, those that got an answer with another status."""
    ejection_ms: float | None = None
    """Time until the faulty backend got its last connection; none for faults of a node."""
    striking_ms: float = 0
    """How long it took to make the fault: it struck some time within, and times count from before.
    An ejection is held against its prediction from the end of it."""
    holders: tuple[str, ...] | None = None
    """Nodes with the VIP once the fault was over; none when that was not asked."""
    stall_ms: float = 0
    """Longest time by which the prober missed its own tick: this machine gave it no processor."""
    held: HeldThrough | None = None
    """What became of connections that were open; none when none were held."""
    detail: str = ""

    @property
    def allowed_failures(self) -> float:
        """Most failed attempts that the prediction allows at this rate.

        Where nothing bounds the time in which a part fails, only that part of all attempts may,
        and those that were under way when the fault struck.
        """
        predicted = self.prediction
        if predicted.outage_ms is not None and predicted.failing_ms is None:
            part = predicted.degraded_share * self.attempts
            return part + self.rate_per_s * predicted.outage_ms / 1000 + 1
        return predicted.failed_at(self.rate_per_s)

    @property
    def allowed_unanswered(self) -> float:
        """Most failed attempts without an answer where the part that fails is answered."""
        return self.rate_per_s * (self.prediction.outage_ms or 0) / 1000 + 1

    @property
    def disturbed(self) -> bool:
        """Whether this machine stalled for longer than a request takes: its figures tell of the
        machine, not of the load balancer."""
        return self.stall_ms > PROBE_MS

    def violations(self) -> list[str]:
        """What exceeds the prediction; empty when all is within."""
        predicted = self.prediction
        found: list[str] = []
        if predicted.outage_ms is not None and self.outage_ms > predicted.outage_ms:
            found.append(
                f"outage {self.outage_ms:.0f} ms > {predicted.outage_ms:.0f} ms"
                f" ({predicted.formula})"
            )
        if self.failed > self.allowed_failures:
            found.append(f"{self.failed} failed > {self.allowed_failures:.0f} allowed")
        if predicted.worst_ms == 0 and self.failed:
            found.append(f"{self.failed} failed, and none may")
        unanswered = self.failed - self.answered
        if predicted.answers_errors and unanswered > self.allowed_unanswered:
            found.append(
                f"{unanswered} failed without an answer > {self.allowed_unanswered:.0f} allowed"
            )
        bound = predicted.degraded_ms
        after = None if self.ejection_ms is None else self.ejection_ms - self.striking_ms
        if after is not None and bound is not None and after > bound:
            found.append(
                f"ejected after {self.ejection_ms:.0f} ms > {bound:.0f} ms ({predicted.formula})"
            )
        if self.holders is not None and len(self.holders) != 1:
            found.append(f"the VIP has {len(self.holders)} holders: {self.holders}")
        if self.held is not None:
            found.extend(self.held.violations(predicted))
        return found

    def line(self) -> str:
        """One line of figures: measured, predicted, attempts."""
        predicted = self.prediction
        parts = [f"{predicted.fault.value:24}"]
        if self.ejection_ms is not None:
            bound = _bound(predicted.degraded_ms)
            parts.append(f"ejected {self.ejection_ms:6.0f} ms (predicted {bound})")
        else:
            bound = _bound(predicted.outage_ms)
            parts.append(f"outage {self.outage_ms:6.0f} ms (predicted {bound})")
        parts.append(
            f"failed {self.failed:4d} of {self.attempts} (allowed {self.allowed_failures:.0f})"
        )
        if self.disturbed:
            parts.append(f"MACHINE STALLED {self.stall_ms:.0f} ms")
        if self.held is not None:
            parts.append(self.held.line())
        return "  ".join([*parts, self.detail]).rstrip()


def _bound(milliseconds: float | None) -> str:
    return "none" if milliseconds is None else f"{milliseconds:.0f}"
