"""Keeps one HTTP watch open and tells whether it survived.

A Kubernetes watch is a request whose answer never ends: each change is one line. `LongWatch` runs
the client as a process of its own inside a network namespace (see watch_client.py).
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab.prober.attempt import NS_PER_MS, Mark
from lab.prober.lines import LineReader
from lab.prober.run import ProberError, inside


@dataclass(frozen=True)
class WatchResult:
    """`outcome` is `survived`, `fin` (the server ended it), `rst`, or `error:...`."""

    outcome: str
    open_ms: float
    """How long it was open: until it broke, or until it was stopped."""
    events: int
    ended_ns: int
    """CLOCK_MONOTONIC ns."""

    @property
    def survived(self) -> bool:
        return self.outcome == "survived"

    def broke_after_ms(self, mark: Mark) -> float | None:
        """Time from the mark to the end, in ms; None when it survived."""
        return None if self.survived else (self.ended_ns - mark.monotonic_ns) / NS_PER_MS


class LongWatch:
    """A watch on `url`, open from `__enter__` until `stop`, at most `duration_s` seconds.

    The server certificate is verified against `ca`. A quiet network tells a client nothing: to
    prove that an idle watch is alive, change what it watches and call `wait_for_event`.
    """

    def __init__(
        self,
        namespace: str | None,
        url: str,
        *,
        ca: Path,
        client_cert: Path | None = None,
        client_key: Path | None = None,
        duration_s: float = 600,
        open_within_s: float = 10,
    ) -> None:
        self._url = url
        self._namespace = namespace
        self._open_within_s = open_within_s
        self._command = [sys.executable, "-m", "lab.prober.watch_client", url, "--ca", str(ca)]
        self._command += ["--duration-s", str(duration_s)]
        if client_cert and client_key:
            self._command += ["--client-cert", str(client_cert), "--client-key", str(client_key)]
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: LineReader | None = None
        self._end: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        """Opens the watch. Raises ProberError when the server does not answer 200 in time."""
        self._process = subprocess.Popen(
            inside(self._namespace, self._command),
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None  # noqa: S101 - opened above
        self._lines = LineReader(self._process.stdout)
        try:
            said = self._next(self._open_within_s)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        if said.get("what") != "open":
            self.__exit__(None, None, None)
            raise ProberError(f"watch {self._url} did not open: {said.get('outcome', said)}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def wait_for_event(self, within_s: float) -> bool:
        """Whether the watch delivers one more event in time; False as well when it broke."""
        return self._next(within_s).get("what") == "event"

    def stop(self) -> WatchResult:
        """Ends the watch if it is still open and says what became of it."""
        if self._process is None or self._process.stdin is None:
            raise ProberError("the watch is not running: call stop() once, inside the with block")
        self._process.stdin.close()
        self._process.stdin = None
        while (said := self._next(10)).get("what") == "event":
            continue
        if said.get("what") != "end":
            raise ProberError(f"watch {self._url} did not report its end: {said}")
        return WatchResult(
            outcome=str(said["outcome"]),
            open_ms=float(said["open_ms"]),
            events=int(said["events"]),
            ended_ns=int(said["ended_ns"]),
        )

    def _next(self, within_s: float) -> dict[str, Any]:
        """What the client says next; its end is said again and again; empty: nothing in time."""
        if self._end is not None:
            return self._end
        line = self._lines.read(within_s) if self._lines else None
        if not line:
            return {}
        said = json.loads(line)
        if said["what"] == "end":
            self._end = said
        return said
