"""What every backend of the bench has: an identity, an address, and connections that can break."""

import asyncio
import socket
import ssl
import struct
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypedDict, Unpack

from components.model.backend import Backend
from tests.lab.traffic.addresses import Address
from tests.lab.traffic.loop import NamespaceLoop
from tests.lab.traffic.proxy_protocol import NotProxyError, ProxyHeader, read_proxy_header

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends RST."""


SERVER_PORT = 9000
"""Port of every server: each has an address of its own."""


class ServerOptions(TypedDict, total=False):
    """How a server differs from one that speaks in clear and answers."""

    tls: ssl.SSLContext
    reads_proxy: bool
    """Demand a PROXY header before anything else."""
    mute: bool
    """Accept, and never answer."""
    port: int


class Server(ABC):
    """A TCP server; it listens from `start` to `stop`, and may do so again."""

    def __init__(
        self, name: str, address: Address, loop: NamespaceLoop, **options: Unpack[ServerOptions]
    ) -> None:
        self.name, self.address = name, address
        self.port = options.get("port", SERVER_PORT)
        self.mute = options.get("mute", False)
        self.accepted = 0
        self._loop = loop
        self._tls = options.get("tls")
        self._reads_proxy = options.get("reads_proxy", False)
        self._headers: dict[tuple[str, int], ProxyHeader] = {}
        self._open: dict[socket.socket, asyncio.BaseTransport | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None

    @abstractmethod
    def protocol(self) -> asyncio.BaseProtocol:
        """What serves one connection."""

    def backend(self, **settings: object) -> Backend:
        """This server as a backend of a pool."""
        return Backend.model_validate(
            {"name": self.name, "address": self.address, "port": self.port, **settings}
        )

    @property
    def open(self) -> int:
        """Connections that are open now."""
        return self._loop.run(self._count_open())

    def start(self) -> None:
        """Listens."""
        self._loop.run(self._listen())

    def stop(self) -> None:
        """Refuses new connections and resets the open ones; may be repeated."""
        self._loop.run(self._close())

    def header_of(self, transport: asyncio.BaseTransport) -> ProxyHeader | None:
        """What the PROXY header of a connection told."""
        return self._headers.get(transport.get_extra_info("peername")[:2])

    async def _listen(self) -> None:
        family = socket.AF_INET if self.address.version == 4 else socket.AF_INET6
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((str(self.address), self.port))
        listener.listen(1000)
        self._listener = listener
        self._keep(self._accept(listener))

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            accepted, _ = await loop.sock_accept(listener)
            accepted.setblocking(False)
            self.accepted += 1
            self._open[accepted] = None
            if not self.mute:
                self._keep(self._serve(accepted))

    async def _serve(self, accepted: socket.socket) -> None:
        loop = asyncio.get_running_loop()

        async def receive(size: int) -> bytes:
            data = b""
            while len(data) < size:
                more = await loop.sock_recv(accepted, size - len(data))
                if not more:
                    raise ConnectionError("closed within the PROXY header")
                data += more
            return data

        try:
            if self._reads_proxy:
                header = await read_proxy_header(receive)
                if header is not None:
                    self._headers[accepted.getpeername()[:2]] = header
            transport, _ = await loop.connect_accepted_socket(
                self.protocol, accepted, ssl=self._tls
            )
            self._open[accepted] = transport
        except (OSError, NotProxyError):
            self._open.pop(accepted, None)
            accepted.close()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _count_open(self) -> int:
        self._forget_closed()
        return len(self._open)

    def _forget_closed(self) -> None:
        for accepted, transport in list(self._open.items()):
            closing = transport is not None and transport.is_closing()
            if closing or accepted.fileno() == -1:
                del self._open[accepted]

    async def _close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._forget_closed()
        for accepted, transport in self._open.items():
            with suppress(OSError):
                accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            else:
                accepted.close()
        self._open.clear()
