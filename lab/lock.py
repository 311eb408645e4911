"""One command at a time may change a lab."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from lab.owner import require_own
from lab.state import Lab


class LabBusyError(RuntimeError):
    """Another command is changing the same lab."""


class NotRootError(RuntimeError):
    """Only root may change a lab."""


@contextmanager
def changing(lab: Lab, doing: str) -> Iterator[None]:
    """Holds the lab's lock; the kernel lets go of it when this process ends in whatever way.

    Raises LabBusyError at once when another process holds it, ForeignLabError when the lab is
    another checkout's, and NotRootError.
    """
    with _locked(lab) as file:
        require_own(lab)
        file.truncate(0)
        file.write(f"'hactl lab {doing}' (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


@contextmanager
def _locked(lab: Lab) -> Iterator[IO[str]]:
    while True:
        try:
            lab.run_folder.mkdir(parents=True, exist_ok=True)
            file = lab.lock.open("a+")
        except PermissionError:
            raise NotRootError(f"lab {lab.name!r} can be changed by root alone") from None
        except FileNotFoundError:
            # The folder went with a `down` that ended just now.
            continue
        with file:
            _take(lab, file)
            if _is_the_lock(lab, file):
                yield file
                return


def _take(lab: Lab, file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        require_own(lab)
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise LabBusyError(
            f"lab {lab.name!r} is being changed by {holder}: wait for it, end it, or choose"
            " another lab with --name"
        ) from None


def _is_the_lock(lab: Lab, file: IO[str]) -> bool:
    """Not a file that a `down` had removed before it was locked here."""
    try:
        return os.path.samestat(lab.lock.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
