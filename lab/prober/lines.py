"""Lines of a pipe, each awaited with a bound."""

import os
import select
import time
from typing import IO


class LineReader:
    """Reads lines from a pipe that nobody else reads."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._descriptor = pipe.fileno()
        self._buffer = b""

    def read(self, within_s: float) -> str | None:
        """The next line; None when none came in time, '' at the end of the pipe."""
        deadline = time.monotonic() + within_s
        while b"\n" not in self._buffer:
            left = max(deadline - time.monotonic(), 0)
            if not select.select([self._descriptor], [], [], left)[0]:
                return None
            chunk = os.read(self._descriptor, 65536)
            if not chunk:
                return ""
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()
