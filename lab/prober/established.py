"""What became of established connections."""

from collections import Counter
from dataclasses import dataclass

from lab.prober.attempt import NS_PER_MS, Mark

SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Established:
    """One held connection; times are CLOCK_MONOTONIC ns, None: never.

    `outcome` is `survived`, `fin`, `rst`, `timeout` (no answer, or in tcp mode no acknowledgement,
    in time), `unreachable`, `tls-error:...`; for one that never opened, why not.
    """

    start_ns: int
    opened_ns: int | None
    answered_ns: int | None
    broke_ns: int | None
    outcome: str
    answers: int
    identity: str | None = None

    @property
    def survived(self) -> bool:
        return self.outcome == SURVIVED

    def broke_after_ms(self, mark: Mark) -> float | None:
        """Time from the mark to the moment the client learned of the end; None if it survived.

        Negative when the connection had ended before the mark.
        """
        if self.broke_ns is None:
            return None
        return (self.broke_ns - mark.monotonic_ns) / NS_PER_MS


@dataclass(frozen=True)
class EstablishedRecording:
    """Connections in the order of opening, with the marks made during the run.

    A survivor answered a last request at the end. Only an idle one in tcp mode has nothing to ask:
    there `survived` means that the client never learned of an end.
    """

    connections: tuple[Established, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def survivors(self) -> tuple[Established, ...]:
        return tuple(c for c in self.connections if c.survived)

    @property
    def broken(self) -> tuple[Established, ...]:
        """Those that opened and did not survive."""
        return tuple(c for c in self.connections if c.opened_ns is not None and not c.survived)

    @property
    def never_opened(self) -> tuple[Established, ...]:
        return tuple(c for c in self.connections if c.opened_ns is None)

    @property
    def by_outcome(self) -> Counter[str]:
        return Counter(c.outcome for c in self.connections)

    @property
    def by_identity(self) -> Counter[str]:
        return Counter(c.identity for c in self.connections if c.identity is not None)

    def last_broken_ms(self, fault: Mark) -> float:
        """Time from the fault to the last end a client learned of, in ms; 0 when none broke."""
        times = [
            ended
            for c in self.broken
            if (ended := c.broke_after_ms(fault)) is not None and ended >= 0
        ]
        return max(times, default=0.0)

    def describe(self) -> str:
        """One line for a report."""
        outcomes = ", ".join(f"{kind} {count}" for kind, count in self.by_outcome.most_common())
        return f"{len(self.connections)} established connections: {outcomes or 'none'}"
