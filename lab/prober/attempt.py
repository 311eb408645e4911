"""One attempt, and the moments that give it a meaning."""

from dataclasses import dataclass

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled moment, CLOCK_MONOTONIC ns: taken just before a fault is made."""

    label: str
    monotonic_ns: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One new connection. Times are CLOCK_MONOTONIC ns or us after the start; None: not reached."""

    start_ns: int
    duration_us: int
    outcome: str
    connected_us: int | None = None
    secured_us: int | None = None
    identity: str | None = None

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def kind(self) -> str:
        """The outcome without its detail: `bad-status` for `bad-status:500`."""
        return self.outcome.partition(":")[0]

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.duration_us * 1000
