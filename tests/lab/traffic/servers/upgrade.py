"""A server that changes protocols as kube-apiserver does for `kubectl exec`, and then echoes."""

import asyncio
from contextlib import suppress

from tests.lab.traffic.servers.server import Server

PROTOCOL = "SPDY/3.1"
SWITCHED = (
    f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {PROTOCOL}\r\n\r\n"
).encode()


class UpgradeServer(Server):
    """Answers an upgrade to SPDY with 101 and echoes the bytes that follow; refuses all else."""

    def protocol(self) -> asyncio.BaseProtocol:
        reader = asyncio.StreamReader()
        return asyncio.StreamReaderProtocol(reader, self._talk)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if f"\r\nupgrade: {PROTOCOL.lower()}\r\n".encode() in head:
                writer.write(SWITCHED)
                while sent := await reader.read(4096):
                    writer.write(sent)
                    await writer.drain()
        writer.close()
