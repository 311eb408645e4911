"""A server that tells who it is and what it saw, and then echoes lines."""

import asyncio
from contextlib import suppress

from tests.lab.traffic.greeting import Greeting
from tests.lab.traffic.servers.server import Server


class LineServer(Server):
    """Sends a Greeting as one line of JSON, then every line it gets."""

    def protocol(self) -> asyncio.BaseProtocol:
        reader = asyncio.StreamReader()
        return asyncio.StreamReaderProtocol(reader, self._talk)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer, port = writer.get_extra_info("peername")[:2]
        greeting = Greeting(
            server=self.name, peer=peer, peer_port=port, proxy=self.header_of(writer.transport)
        )
        with suppress(OSError):
            writer.write(greeting.model_dump_json().encode() + b"\n")
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
        writer.close()
