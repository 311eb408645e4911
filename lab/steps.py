"""Shows the steps of a long command, the time each took, and the log of one that fails."""

import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape


class StepFailedError(RuntimeError):
    """A step failed; the message is for the operator and names the log."""


class Steps:
    """Prints one line per step. On a terminal the running step shows a spinner."""

    def __init__(self, console: Console, folder: Path) -> None:
        self._console = console
        self._folder = folder
        self._began = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    @contextmanager
    def step(self, title: str, name: str) -> Generator[Callable[[str], None]]:
        """Times what is inside; gives a function that shows a line of progress.

        Any exception becomes StepFailedError. The log named is the one the exception brings (its
        attribute `log`), else `<name>.log` in the log folder, to which the traceback is added.
        """
        began = time.monotonic()
        status = self._console.status(escape(title)) if self._console.is_terminal else None
        if status:
            status.start()

        def show(line: str) -> None:
            self._console.print(f"    [dim]{escape(line)}[/dim]", highlight=False)

        try:
            yield show
        except Exception as problem:
            log = getattr(problem, "log", None) or self.log(name)
            if status:
                status.stop()
            self._fail(title, name, problem, log, time.monotonic() - began)
            raise StepFailedError(f"{title}: {problem}") from problem
        finally:
            if status:
                status.stop()
        took = time.monotonic() - began
        self._console.print(f"[green]✓[/green] {escape(title)} [dim]{took:.1f} s[/dim]")

    def _fail(self, title: str, name: str, problem: Exception, log: Path, took: float) -> None:
        with self.log(name).open("a") as file:
            traceback.print_exception(problem, file=file)
        said = str(problem)
        named = "" if str(log) in said else f"\n  log: {log}"
        self._console.print(
            f"[red]✗[/red] {escape(title)} [dim]failed after {took:.1f} s[/dim]\n"
            f"  {escape(said)}{escape(named)}",
            highlight=False,
            soft_wrap=True,
        )
