"""Receives what an engine writes to /dev/log."""

import asyncio
import socket
from pathlib import Path

from lab.drill.waiting import wait_until
from tests.lab.traffic.loop import NamespaceLoop


class Syslog(asyncio.DatagramProtocol):
    """A log socket at `path`; keeps every line."""

    def __init__(self, path: Path, loop: NamespaceLoop) -> None:
        """Listens until `close`."""
        self.path = path
        self._lines: list[str] = []
        self._loop = loop
        self._transport = loop.run(self._listen())
        path.chmod(0o666)

    @property
    def lines(self) -> list[str]:
        """What has arrived so far, without the syslog header's priority."""
        return list(self._lines)

    def wait_for(self, text: str, *, timeout_s: float = 5.0) -> str:
        """The first line with `text` in it. Raises NeverHappenedError."""
        wait_until(f"a log line with {text!r}", lambda: bool(self._with(text)), timeout_s)
        return self._with(text)[0]

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._lines += data.decode(errors="replace").partition(">")[2].splitlines()

    def close(self) -> None:
        """Removes the socket."""
        self._loop.run(self._stop())
        self.path.unlink()

    def _with(self, text: str) -> list[str]:
        return [line for line in self.lines if text in line]

    async def _listen(self) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=str(self.path), family=socket.AF_UNIX
        )
        return transport

    async def _stop(self) -> None:
        self._transport.close()
