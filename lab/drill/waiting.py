"""Waits for conditions, never for time alone."""

import time
from collections.abc import Callable

POLL_S = 0.02


class NeverHappenedError(TimeoutError):
    """A condition did not come true in time."""


def wait_until(what: str, condition: Callable[[], bool], timeout_s: float) -> float:
    """Polls until `condition` holds; returns the seconds it took. Raises NeverHappenedError."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > timeout_s:
            raise NeverHappenedError(f"{what}: not within {timeout_s:g} s")
        time.sleep(POLL_S)
    return time.monotonic() - start


def observe_for(seconds: float) -> None:
    """Lets a measurement run for a time that follows from a prediction."""
    time.sleep(max(seconds, 0))
