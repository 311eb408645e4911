"""Ends processes by force, however many times something starts them anew."""

import signal
import time
from collections.abc import Callable, Iterable

from lab.processes import ProcessId, StillRunningError, is_running, send


def end_all(find: Callable[[], Iterable[ProcessId]], *, timeout_s: float = 15.0) -> int:
    """Kills what `find` returns until it returns nothing; how many processes that were.

    All are stopped before the first is killed, so that a parent cannot replace a dead child.
    Raises StillRunningError after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    ended: set[ProcessId] = set()
    while found := [p for p in find() if is_running(p)]:
        if time.monotonic() > deadline:
            left = ", ".join(str(p.pid) for p in found)
            raise StillRunningError(
                f"processes {left} still run {timeout_s:g} s after they were killed"
            )
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in found:
                send(process, number)
        ended.update(found)
        time.sleep(0.01)
    return len(ended)
