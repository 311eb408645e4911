"""Runs a short command and turns its failure into an error that shows what it said."""

import shlex
import subprocess
from collections.abc import Sequence


class CommandError(RuntimeError):
    """A command ended with a status other than 0."""

    def __init__(self, argv: Sequence[str], status: int, said: str) -> None:
        self.argv = list(argv)
        self.status = status
        self.said = said.strip()
        super().__init__(f"{shlex.join(argv)}: status {status}: {self.said or '(no output)'}")


def run(argv: Sequence[str], *, text_in: str = "", timeout_s: float = 30.0) -> str:
    """Standard output of `argv`, given `text_in` on standard input.

    Raises CommandError on a status other than 0 and subprocess.TimeoutExpired after `timeout_s`.
    """
    done = subprocess.run(
        argv, input=text_in, capture_output=True, text=True, timeout=timeout_s, check=False
    )
    if done.returncode != 0:
        raise CommandError(argv, done.returncode, done.stderr or done.stdout)
    return done.stdout
