"""A conversation with a line server."""

import socket
from types import TracebackType
from typing import Self

from tests.lab.traffic.greeting import Greeting


class LineSession:
    """An open connection; `greeting` is what the server told about itself."""

    def __init__(self, connection: socket.socket) -> None:
        """Waits for the greeting. Raises OSError; ConnectionError when it is closed before."""
        self.socket = connection
        self._lines = connection.makefile("rb")
        try:
            self.greeting = Greeting.model_validate_json(self._read())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, text: str) -> str:
        """The echo of one line. Raises OSError; ConnectionError when it is closed."""
        self.socket.sendall(text.encode() + b"\n")
        return self._read().decode().removesuffix("\n")

    def close(self) -> None:
        """May be repeated."""
        self._lines.close()
        self.socket.close()

    def _read(self) -> bytes:
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the server closed the connection")
        return line
