"""Labs of the tests' own: never a user's, and gone in the end, also after a killed test run."""

import fcntl
import os
import secrets
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from lab.removal.everything import remove_lab
from lab.state import CHECKOUT, Lab

_FOLDER = CHECKOUT / ".lab"


def why_no_lab() -> str | None:
    """Why this machine cannot have a lab, or None when it can."""
    if os.geteuid() != 0:
        return "a lab needs root: network namespaces, mounts"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--uts", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"no namespaces here: {tried.stderr.strip()}" if tried.returncode != 0 else None


@contextmanager
def lab_of_the_tests(session: pytest.Session) -> Generator[Lab]:
    """A lab with a name of its own; removed in the end, its logs kept if a test failed."""
    lab = Lab.named(f"t{secrets.token_hex(2)}")
    _FOLDER.mkdir(exist_ok=True)
    # Under this name only once it is locked: another process of the run looks for abandoned ones.
    unclaimed = _FOLDER / f".{lab.name}.unclaimed"
    with unclaimed.open("w") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        unclaimed.rename(_claim(lab))
        failed_before = session.testsfailed
        try:
            yield lab
        finally:
            remove_lab(lab, keep_logs=session.testsfailed > failed_before)
            _claim(lab).unlink(missing_ok=True)


def remove_abandoned_labs() -> list[str]:
    """Removes labs of test runs that were killed: the kernel has let go of their claim."""
    removed: list[str] = []
    for path in _FOLDER.glob(".t*.claim"):
        lab = Lab.named(path.name.split(".")[1])
        # Gone meanwhile: another process of the run removed it.
        with suppress(FileNotFoundError), path.open() as claim:
            if _is_free(claim) and path.exists():
                remove_lab(lab, keep_logs=False)
                path.unlink()
                removed.append(lab.name)
    return removed


def _claim(lab: Lab) -> Path:
    return _FOLDER / f".{lab.name}.claim"


def _is_free(claim: IO[str]) -> bool:
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
