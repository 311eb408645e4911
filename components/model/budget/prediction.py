"""What the budget says about one fault."""

from pydantic import Field

from components.model.base import Model
from components.model.budget.fate import Fate
from components.model.budget.fault import Fault


class Prediction(Model):
    """The worst that one fault does, in the client's eyes.

    A measurement belongs under the figure when every client opens new connections without
    retrying, one at a time.
    """

    fault: Fault
    outage_ms: float | None
    """Longest time in which no new connection succeeds, ms; none when nothing bounds it."""
    degraded_ms: float | None = 0
    """Longest time in which a part of the new connections fails or waits, ms; none when nothing
    bounds it."""
    degraded_share: float = Field(default=0, ge=0, le=1)
    """That part of the new connections, 0 to 1."""
    failing_ms: float | None = 0
    """Of `degraded_ms`, the time in which that part really fails (the rest only waits), ms; none
    when nothing bounds it."""
    answers_errors: bool = False
    """Whether the part that fails is answered by the backend itself, with another status; what
    fails without an answer is within `outage_ms` all the same."""
    again_every_ms: float = 0
    """How often one connection tries the faulty backend again once it is out, ms; 0 for never."""
    added_latency_ms: float = 0
    """How much longer a connection that succeeds may take meanwhile, ms."""
    established: str
    """What happens to connections that were open."""
    fate: Fate | None = None
    """What the drill holds each of them against; none where it depends on the connection."""
    formula: str
    """How the figure follows from the settings, with their values."""

    @property
    def worst_ms(self) -> float:
        """Longest time in which some client's new connections fail, ms; infinite when unbounded."""
        if self.outage_ms is None or self.failing_ms is None:
            return float("inf")
        return max(self.outage_ms, self.failing_ms)

    def failed_at(self, rate: float) -> float:
        """Most failed attempts at `rate` new connections a second; infinite when unbounded."""
        if self.outage_ms is None or self.failing_ms is None:
            return float("inf")
        return rate * (self.outage_ms + self.degraded_share * self.failing_ms) / 1000 + 1


def unbounded(fault: Fault, why: str) -> Prediction:
    """A prediction that nothing bounds, and why."""
    return Prediction(fault=fault, outage_ms=None, established="broken", formula=why)
