"""Connections held open through a fault: whether they go on, and how their clients learn of an end.

Idle ones say nothing until they are asked once at the end; talking ones send a request on the open
connection every 100 ms. Both kinds are verified TLS connections through the VIP.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from components.model.budget.fate import Fate
from components.model.budget.overhead import PROBE_MS
from components.model.budget.prediction import Prediction
from lab.drill.target import DrillTarget
from lab.prober.attempt import NS_PER_MS, Mark
from lab.prober.established import EstablishedRecording
from lab.prober.run import EstablishedProber

COUNT = 5
"""Connections of each kind."""
REQUEST_EVERY_MS = 100
RETRANSMISSION_MS = 200
"""Linux's shortest retransmission timeout (TCP_RTO_MIN), on top of the round trip."""
TOLD = frozenset({"fin", "rst"})
LONGER_MS = 1000
"""How much longer than the predicted end a held connection waits for an answer."""
PATIENCE_MS = 5000
"""How long it waits where no end is predicted: a busy machine is slow to answer."""


def told_within_ms(outage_ms: float) -> float:
    """Longest time until a client that sends is told by the new holder of the VIP.

    Each retransmission waits twice as long as the one before (RFC 6298, 5.5): the first one after
    an outage comes within the outage's own length and one timeout. A request may take a probe's
    time, and so may its round trip, which the timeout is made of.
    """
    return 2 * outage_ms + RETRANSMISSION_MS + REQUEST_EVERY_MS + 2 * PROBE_MS


@dataclass(frozen=True, kw_only=True)
class HeldThrough:
    """What became of the idle and the talking connections after a moment."""

    since: Mark
    asked: Mark
    """When each that was still open was asked for the last time."""
    idle: EstablishedRecording
    talking: EstablishedRecording

    def violations(self, prediction: Prediction) -> list[str]:
        """What differs from the predicted fate; nothing when that is open.

        A request that the old holder had acknowledged and not yet answered when it lost the VIP
        hangs until the client's own timeout: the client sends nothing that a new holder could
        refuse. That is no violation beside others that were told.
        """
        found: list[str] = []
        for kind, recording in (("idle", self.idle), ("talking", self.talking)):
            problem = self._problem(prediction, kind, recording)
            if problem is not None:
                found.append(f"{kind} connections: {problem}")
        return found

    def line(self) -> str:
        """Outcome and time of the last end, per kind."""
        return f"idle {self._told(self.idle)}; talking {self._told(self.talking)}"

    def _problem(
        self, prediction: Prediction, kind: str, recording: EstablishedRecording
    ) -> str | None:
        fate = prediction.fate
        if fate is None:
            return None
        outcomes = dict(recording.by_outcome)
        if fate in (Fate.SURVIVE, Fate.FINISH):
            return f"{outcomes}, predicted: {fate.value}" if recording.broken else None
        if recording.survivors:
            return f"{outcomes}, predicted: {fate.value}"
        bound = self._bound(prediction, kind)
        if bound is None:
            return None
        told = [c.broke_after_ms(self.since) or 0.0 for c in recording.broken if c.outcome in TOLD]
        hanging = len(recording.broken) - len(told)
        if told and max(told) <= bound and not (hanging and fate is Fate.BROKEN_AT_ONCE):
            return None
        last = f"the last after {max(told, default=0.0):.0f} ms"
        return f"{outcomes}, {last}, predicted: told within {bound:.0f} ms"

    @staticmethod
    def _bound(prediction: Prediction, kind: str) -> float | None:
        if prediction.outage_ms is None:
            return None
        if prediction.fate is Fate.BROKEN_AT_ONCE:
            return prediction.outage_ms
        if prediction.fate is Fate.BROKEN and kind == "talking":
            return told_within_ms(prediction.outage_ms)
        return None

    def _told(self, recording: EstablishedRecording) -> str:
        outcomes = ", ".join(f"{kind} {n}" for kind, n in recording.by_outcome.most_common())
        if not recording.broken:
            return outcomes
        last = recording.last_broken_ms(self.since)
        if last < self._asked_after_ms:
            return f"{outcomes} (last after {last:.0f} ms)"
        return f"{outcomes} (when asked after {self._asked_after_ms:.0f} ms)"

    @property
    def _asked_after_ms(self) -> float:
        return (self.asked.monotonic_ns - self.since.monotonic_ns) / NS_PER_MS


class HeldConnections:
    """Opens the connections on entering; `stop` ends them and tells what became of each."""

    def __init__(self, target: DrillTarget, prediction: Prediction, *, version: int = 4) -> None:
        probe = target.probe(version, timeout_ms=round(_patience_ms(prediction)))
        self._idle = EstablishedProber(target.client, probe, count=COUNT)
        self._talking = EstablishedProber(
            target.client, probe, count=COUNT, request_every_ms=REQUEST_EVERY_MS
        )
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Raises ProberError when one of them does not open."""
        with ExitStack() as opening:
            opening.enter_context(self._idle)
            opening.enter_context(self._talking)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def stop(self, since: Mark) -> HeldThrough:
        """Asks each that is still open once more; `since` is the moment times count from."""
        asked = self._idle.mark("asked")
        idle, talking = self._idle.stop(), self._talking.stop()
        return HeldThrough(since=since, asked=asked, idle=idle, talking=talking)


def _patience_ms(prediction: Prediction) -> float:
    if prediction.outage_ms is None or prediction.fate in (None, Fate.SURVIVE, Fate.FINISH):
        return PATIENCE_MS
    if prediction.fate is Fate.HANG:
        return prediction.outage_ms + LONGER_MS
    return told_within_ms(prediction.outage_ms) + LONGER_MS
