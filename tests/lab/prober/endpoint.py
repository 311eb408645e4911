"""Runs the test server in a process of its own, also inside a network namespace."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.prober.lines import LineReader
from lab.prober.run import inside
from tests.lab.prober.certificates import Pair

ROOT = Path(__file__).parents[3]


class Endpoint:
    """One server at an address and port; not listening until told to."""

    def __init__(
        self,
        address: str,
        port: int,
        *,
        name: str = "server",
        pair: Pair | None = None,
        namespace: str | None = None,
    ) -> None:
        self.address, self.port = address, port
        command = [sys.executable, "-m", "tests.lab.prober.server", address, str(port), name]
        if pair:
            command += ["--certificate", str(pair.certificate), "--key", str(pair.key)]
        self._process = subprocess.Popen(
            inside(namespace, command),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self._lines = LineReader(self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def do(self, command: str) -> None:
        """Has the server do it and waits until it is done."""
        assert self._process.stdin is not None
        self._process.stdin.write(command.encode() + b"\n")
        self._process.stdin.flush()
        answer = self._lines.read(within_s=10)
        assert answer == "done", f"{command}: {answer!r}"

    def kill(self) -> None:
        """SIGKILL: the kernel ends its connections."""
        self._process.kill()
        self._process.communicate()
