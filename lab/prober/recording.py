"""What a run of the prober saw, and what it means for clients that open new connections.

An attempt is one connection by one client without a retry. It counts from the moment it *starts*:
a client cares whether a connection it opens now will be served, not when a doomed one gave up.

Outage. A run of failures is a maximal sequence of consecutive attempts, in order of their start,
that were not served. Its outage lasts from the start of its first failed attempt (or from the
fault, when that attempt had started before it) to the start of the first served attempt after it.
- An attempt that started before the fault and failed was in flight when the fault struck. It is
  counted as failed, but it does not lengthen the outage: a predicted outage begins at the fault.
- Attempts sample the truth, so the outage is known to one interval at each end. `shortest_ms` and
  `longest_ms` bound it: the true outage began after the last served start (and after the fault)
  and not after the first failed start, and ended likewise. With an interval of i ms and no late
  tick, `duration_ms` is within i of the truth. `duration_ms` is what is compared with a prediction,
  allowing `resolution_ms`, which is the real gap between starts at the edges, late ticks included.
- The kernel resends an unanswered SYN after 1 s (RFC 6298 section 2). A client timeout under 1 s
  turns such a connection into a failure; with a longer one it ends served but slow, and the
  outage is seen only by calling slow attempts not served (`slow_ms`).
- An outage that had not ended with the recording is `ended=False`: `duration_ms` is a lower bound
  and `longest_ms` is infinite.
"""

import math
from collections import Counter
from dataclasses import dataclass, field, replace

from lab.prober.attempt import NS_PER_MS, Attempt, Mark


@dataclass(frozen=True, slots=True)
class Outage:
    """A span in which no attempt was served. See the module for the exact definition."""

    start_ns: int
    end_ns: int
    duration_ms: float
    shortest_ms: float
    longest_ms: float
    failed: int
    ended: bool

    @property
    def resolution_ms(self) -> float:
        """What sampling may add to or hide from `duration_ms`; infinite when it had not ended."""
        return max(self.longest_ms - self.duration_ms, self.duration_ms - self.shortest_ms)


@dataclass(frozen=True, slots=True)
class Pace:
    """How well the prober kept its own time; a recording with a bad pace proves nothing.

    `late` ticks came after the next one was due, `skipped` ones were never attempted.
    """

    late: int = 0
    skipped: int = 0
    worst_late_ms: float = 0.0
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Recording:
    """Attempts in order of their start, with the marks made during the run."""

    attempts: tuple[Attempt, ...]
    marks: tuple[Mark, ...] = ()
    mode: str = "tls"
    interval_ms: float = 0.0
    pace: Pace = field(default_factory=Pace)
    realtime_offset_ns: int = 0
    """Add to a CLOCK_MONOTONIC time of the run to get CLOCK_REALTIME."""

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.attempts, key=lambda attempt: attempt.start_ns))
        object.__setattr__(self, "attempts", ordered)

    @property
    def total(self) -> int:
        return len(self.attempts)

    @property
    def failed(self) -> int:
        return sum(not attempt.ok for attempt in self.attempts)

    @property
    def rate_per_s(self) -> float:
        """Attempts started per second, 0 with fewer than two."""
        if self.total < 2:
            return 0.0
        span = self.attempts[-1].start_ns - self.attempts[0].start_ns
        return (self.total - 1) * 1e9 / span if span else math.inf

    @property
    def failed_by_outcome(self) -> Counter[str]:
        return Counter(attempt.outcome for attempt in self.attempts if not attempt.ok)

    @property
    def failed_by_stage(self) -> Counter[str]:
        """Failed attempts by what they were waiting for: `connect`, `handshake` or `answer`."""
        return Counter(self._stage(attempt) for attempt in self.attempts if not attempt.ok)

    @property
    def prober_errors(self) -> int:
        """Attempts that failed on the prober's own side (`local:...`): no verdict is possible."""
        return sum(attempt.kind == "local" for attempt in self.attempts)

    @property
    def served_by(self) -> Counter[str]:
        """Served attempts per server identity."""
        return Counter(a.identity for a in self.attempts if a.ok and a.identity is not None)

    def mark(self, label: str) -> Mark:
        """The latest mark with this label. Raises KeyError."""
        for mark in reversed(self.marks):
            if mark.label == label:
                return mark
        known = ", ".join(sorted({mark.label for mark in self.marks})) or "none"
        raise KeyError(f"no mark {label!r} in this recording; known: {known}")

    def between(self, start: Mark | None = None, end: Mark | None = None) -> "Recording":
        """The part whose attempts started at or after `start` and before `end`."""
        low = start.monotonic_ns if start else -math.inf
        high = end.monotonic_ns if end else math.inf
        kept = tuple(a for a in self.attempts if low <= a.start_ns < high)
        return replace(self, attempts=kept)

    def slower_than(self, slow_ms: float) -> tuple[Attempt, ...]:
        """Served attempts that took longer than `slow_ms`."""
        return tuple(a for a in self.attempts if a.ok and _is_slow(a, slow_ms))

    def latency_ms(self, percent: float) -> float:
        """Nearest-rank percentile of the time served attempts took; NaN when none was served."""
        durations = sorted(a.duration_us / 1000 for a in self.attempts if a.ok)
        if not durations:
            return math.nan
        rank = math.ceil(percent / 100 * len(durations))
        return durations[max(rank, 1) - 1]

    def outages(
        self, after: Mark | None = None, slow_ms: float | None = None
    ) -> tuple[Outage, ...]:
        """Every outage that was still going on after `after`, in order.

        With `slow_ms`, a served attempt that took longer counts as not served.
        """
        found: list[Outage] = []
        first: int | None = None
        for index, attempt in enumerate(self.attempts):
            if not _served(attempt, slow_ms):
                first = index if first is None else first
            elif first is not None:
                found.append(self._outage(first, index, after))
                first = None
        if first is not None:
            found.append(self._outage(first, None, after))
        if after is None:
            return tuple(found)
        return tuple(o for o in found if not o.ended or o.end_ns > after.monotonic_ns)

    def longest_outage(
        self, after: Mark | None = None, slow_ms: float | None = None
    ) -> Outage | None:
        """The longest outage after the fault; one that never ended counts as longest."""
        return max(
            self.outages(after, slow_ms),
            key=lambda outage: (not outage.ended, outage.duration_ms),
            default=None,
        )

    def outage_ms(self, after: Mark | None = None, slow_ms: float | None = None) -> float:
        """Duration of the longest outage in ms: 0 when there was none, infinite if it never ended.

        Raises ValueError without a single attempt after the mark: silence is not availability.
        """
        if self.between(after).total == 0:
            raise ValueError("no attempt was started after the mark: the outage is unknown")
        longest = self.longest_outage(after, slow_ms)
        if longest is None:
            return 0.0
        return longest.duration_ms if longest.ended else math.inf

    def ejection_ms(
        self, fault: Mark, identity: str | None = None, slow_ms: float | None = None
    ) -> float:
        """Time from the fault to the start of the last attempt the faulty backend still got, in ms.

        Such an attempt failed, or was served by `identity`, or took longer than `slow_ms` (it was
        tried on the faulty backend first). 0 when there was none after the fault. Use `between` to
        end the window before the repair.
        """
        touched = [
            attempt.start_ns
            for attempt in self.between(fault).attempts
            if not _served(attempt, slow_ms)
            or (identity is not None and attempt.identity == identity)
        ]
        return (max(touched) - fault.monotonic_ns) / NS_PER_MS if touched else 0.0

    def rejoin_ms(self, repair: Mark, identity: str) -> float:
        """Time from the repair to the start of the first attempt `identity` served; inf if none."""
        for attempt in self.between(repair).attempts:
            if attempt.ok and attempt.identity == identity:
                return (attempt.start_ns - repair.monotonic_ns) / NS_PER_MS
        return math.inf

    def _stage(self, attempt: Attempt) -> str:
        if attempt.connected_us is None:
            return "connect"
        return "handshake" if self.mode == "tls" and attempt.secured_us is None else "answer"

    def _outage(self, first: int, served: int | None, after: Mark | None) -> Outage:
        attempts = self.attempts
        fault_ns = after.monotonic_ns if after else attempts[0].start_ns
        start = max(attempts[first].start_ns, fault_ns)
        earliest = max(attempts[first - 1].start_ns, fault_ns) if first else fault_ns
        last = attempts[(served if served is not None else len(attempts)) - 1].start_ns
        end = attempts[served].start_ns if served is not None else last
        return Outage(
            start_ns=start,
            end_ns=end,
            duration_ms=max(end - start, 0) / NS_PER_MS,
            shortest_ms=max(last - start, 0) / NS_PER_MS,
            longest_ms=max(end - earliest, 0) / NS_PER_MS if served is not None else math.inf,
            failed=(served if served is not None else len(attempts)) - first,
            ended=served is not None,
        )


def _is_slow(attempt: Attempt, slow_ms: float | None) -> bool:
    return slow_ms is not None and attempt.duration_us > slow_ms * 1000


def _served(attempt: Attempt, slow_ms: float | None) -> bool:
    return attempt.ok and not _is_slow(attempt, slow_ms)
