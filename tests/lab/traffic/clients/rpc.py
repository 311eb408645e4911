"""gRPC through a VIP: grpc connects in threads of its own, which are in no namespace of ours.

It connects to a socket file instead, and a relay inside the client's namespace passes the bytes on.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.lab.traffic.addresses import Address
from tests.lab.traffic.loop import NamespaceLoop

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def relay(loop: NamespaceLoop, source: Address, vip: Address, port: int) -> Iterator[str]:
    """A gRPC target that leads to the VIP's port from `source`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(str(vip), port, local_addr=(str(source), 0))
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vip"
        server = loop.run(_listen(serve, path))
        try:
            yield f"unix:{path}"
        finally:
            loop.run(_close(server))


async def _listen(serve: Serve, path: Path) -> asyncio.Server:
    return await asyncio.start_unix_server(serve, path)


async def _close(server: asyncio.Server) -> None:
    server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
