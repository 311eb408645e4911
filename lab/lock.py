"""One command at a time may change a lab."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from lab.state import Lab


class LabBusyError(RuntimeError):
    """Another command is changing the same lab."""


@contextmanager
def changing(lab: Lab, doing: str) -> Iterator[None]:
    """Holds the lab's lock; the kernel lets go of it when this process ends in whatever way.

    Raises LabBusyError at once when another process holds it.
    """
    lab.lock.parent.mkdir(parents=True, exist_ok=True)
    with lab.lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise LabBusyError(
                f"lab {lab.name!r} is being changed by {holder}: wait for it, end it, or choose"
                " another lab with --name"
            ) from None
        file.truncate(0)
        file.write(f"'hactl lab {doing}' (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
