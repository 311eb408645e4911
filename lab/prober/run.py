"""Runs the prober inside a network namespace and hands back what it recorded."""

import select
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.prober.attempt import Mark
from lab.prober.build import ensure_prober
from lab.prober.established import EstablishedRecording
from lab.prober.parse import read_established, read_recording
from lab.prober.probe import Probe
from lab.prober.recording import Recording


class ProberError(RuntimeError):
    """The prober refused its settings, never succeeded, or ended before it was told to."""


def inside(namespace: str | None, command: Sequence[str]) -> list[str]:
    """The command run in the named network namespace; None: in the caller's own."""
    if namespace is None:
        return list(command)
    return ["nsenter", f"--net=/run/netns/{namespace}", "--", *command]


class _Running:
    """A prober process, alive between `__enter__` and the end.

    It also ends by itself: after `duration_s`, and when this process dies (its stdin closes).
    """

    def __init__(
        self,
        namespace: str | None,
        probe: Probe,
        extra: Sequence[str],
        output: Path | None,
        ready_within_s: float,
    ) -> None:
        self.probe = probe
        self.marks: list[Mark] = []
        self._namespace = namespace
        self._extra = extra
        self._ready_within_s = ready_within_s
        self._own_folder = tempfile.TemporaryDirectory() if output is None else None
        self.output = output or Path(self._own_folder.name if self._own_folder else "") / "probe"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Starts it and waits until it says it is ready. Raises ProberError."""
        command = [
            str(ensure_prober()),
            *self.probe.arguments(),
            *self._extra,
            "--output",
            str(self.output),
            "--stop-with-stdin",
        ]
        self._process = subprocess.Popen(
            inside(self._namespace, command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        if self._own_folder is not None:
            self._own_folder.cleanup()

    @property
    def pid(self) -> int:
        """The prober's process. Raises ProberError when it is not running."""
        if self._process is None:
            raise ProberError("the prober is not running")
        return self._process.pid

    def mark(self, label: str) -> Mark:
        """Records this moment; call it just before making the fault."""
        mark = Mark(label, time.monotonic_ns())
        self.marks.append(mark)
        return mark

    def check_ready(self, words: Sequence[str]) -> None:
        """Judges the prober's ready line; raises ProberError."""

    def finish(self) -> None:
        """Tells the prober to stop, waits until what is under way has ended."""
        process, self._process = self._process, None
        if process is None:
            raise ProberError("the prober is not running: call stop() once, inside the with block")
        early = process.poll() is not None
        if not early:
            process.terminate()
        # An answer may take the bound, and the last request of an established connection another.
        try:
            _, said = process.communicate(timeout=2 * self.probe.timeout_ms / 1000 + 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        if process.returncode != 0:
            raise ProberError(f"the prober ended with status {process.returncode}: {said.strip()}")
        if early:
            raise ProberError(
                f"the prober reached duration_s {self.probe.duration_s} before it was stopped:"
                " raise duration_s (at most 600) or stop it earlier"
            )

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 - opened above
        readable, _, _ = select.select([process.stdout], [], [], self._ready_within_s)
        words = process.stdout.readline().split() if readable else []
        if words[:1] == ["ready"]:
            self.check_ready(words)
            return
        if readable and process.wait(timeout=10) != 0:
            said = process.stderr.read().strip() if process.stderr else ""
            raise ProberError(said or f"the prober ended with status {process.returncode}")
        raise ProberError(
            f"no success at {self.probe.target} port {self.probe.port} ({self.probe.mode}) within"
            f" {self._ready_within_s:g} s; {self._last_line()}"
        )

    def _last_line(self) -> str:
        lines = [ln for ln in self.output.read_text().splitlines() if not ln.startswith("#")]
        return f"last attempt: {lines[-1]!r}" if lines else "no attempt ended"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.communicate(timeout=2 * self.probe.timeout_ms / 1000 + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


class Prober(_Running):
    """Opens one new connection every `interval_ms`, each alone and without a retry.

    Entering it waits until the first attempt has succeeded. `output` keeps the raw file; without
    it the file is temporary.
    """

    def __init__(
        self,
        namespace: str | None,
        probe: Probe,
        *,
        interval_ms: float = 5,
        output: Path | None = None,
        ready_within_s: float = 10,
    ) -> None:
        extra = ["--interval-us", str(round(interval_ms * 1000))]
        super().__init__(namespace, probe, extra, output, ready_within_s)

    def stop(self) -> Recording:
        """Stops opening, waits for what is under way, and reads the recording.

        Raises ProberError when the prober had ended on its own, because then the record may not
        cover the fault.
        """
        self.finish()
        return read_recording(self.output, self.marks)


class EstablishedProber(_Running):
    """Keeps `count` connections open, idle or with a request on each every `request_every_ms`.

    Entering it waits until all of them are open (in tls and http mode: have answered once).
    """

    def __init__(
        self,
        namespace: str | None,
        probe: Probe,
        *,
        count: int,
        request_every_ms: int | None = None,
        output: Path | None = None,
        ready_within_s: float = 10,
    ) -> None:
        extra = ["--established", str(count)]
        if request_every_ms is not None:
            extra += ["--request-every-ms", str(request_every_ms)]
        super().__init__(namespace, probe, extra, output, ready_within_s)
        self._count = count

    def check_ready(self, words: Sequence[str]) -> None:
        opened = int(words[2])
        if opened != self._count:
            raise ProberError(
                f"only {opened} of {self._count} connections to {self.probe.target} port"
                f" {self.probe.port} opened; {self._last_line()}"
            )

    def stop(self) -> EstablishedRecording:
        """Asks each open connection once more, closes them, and reads what became of each."""
        self.finish()
        return read_established(self.output, self.marks)
