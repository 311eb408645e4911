"""Running one step of getting a part: quiet on the screen, everything in a log."""

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.parts.cache import log_file
from lab.parts.errors import PartError

Progress = Callable[[str], None]
"""Called with one line of text for the operator."""


def quiet(_: str) -> None:
    """A `Progress` that says nothing."""


def run_step(
    part: str,
    command: Sequence[str],
    *,
    fix: str,
    progress: Progress,
    what: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run `command`, its output in the cache's `log/<part>.log`; `PartError` when it fails."""
    log = log_file(part)
    progress(f"{what} ...")
    started = time.monotonic()
    with log.open("a") as output:
        output.write(f"\n$ {shlex.join(command)}\n")
        output.flush()
        finished = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode != 0:
        raise PartError(
            part,
            f"{what} failed with exit code {finished.returncode}: {_last_line(log)}",
            command=shlex.join(command),
            log=log,
            fix=fix,
        )
    progress(f"{what}: done in {time.monotonic() - started:.0f} s")


def first_line_of(command: Sequence[str]) -> str:
    """The first line a program prints about itself, or "" when it does not run."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if answer.returncode != 0:
        return ""
    return (answer.stdout.strip() or answer.stderr.strip()).partition("\n")[0]


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no output"
