"""An HTTP/1.1 server that answers with what it saw, and a WebSocket that echoes."""

import asyncio
from functools import cached_property
from pathlib import PurePosixPath

from aiohttp import WSMsgType, web

from tests.lab.traffic.servers.server import Server


class WebServer(Server):
    """Answers any request with JSON (see Seen in clients/web.py).

    `/status/503` answers with that status, `/slow/200` after that many ms, `/large/1000` with so
    many bytes, `/stream/100` with a line every so many ms without end; `/websocket` echoes, after a
    first message with the server's name.
    """

    def protocol(self) -> asyncio.BaseProtocol:
        return self._web()

    @cached_property
    def _web(self) -> web.Server:
        return web.Server(self._answer, access_log=None)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        match PurePosixPath(request.path).parts:
            case ("/", "status", code):
                return self._text("as asked\n", status=int(code))
            case ("/", "slow", delay_ms):
                await asyncio.sleep(int(delay_ms) / 1000)
                return await self._seen(request)
            case ("/", "large", size):
                return self._text("x" * int(size))
            case ("/", "stream", interval_ms):
                return await self._stream(request, int(interval_ms) / 1000)
            case ("/", "websocket", *_):
                return await self._websocket(request)
            case _:
                return await self._seen(request)

    async def _seen(self, request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        peer, port = request.transport.get_extra_info("peername")[:2]
        header = self.header_of(request.transport)
        names = {name.lower() for name in request.headers}
        return web.json_response(
            {
                "server": self.name,
                "method": request.method,
                "path": request.raw_path,
                "version": f"{request.version.major}.{request.version.minor}",
                "headers": {name: request.headers.getall(name) for name in sorted(names)},
                "body_bytes": await _size(request),
                "peer": peer,
                "peer_port": port,
                "proxy_source": header and str(header.source),
            },
            headers={"X-Served-By": self.name},
        )

    def _text(self, text: str, status: int = 200) -> web.Response:
        return web.Response(text=text, status=status, headers={"X-Served-By": self.name})

    async def _stream(self, request: web.BaseRequest, interval_s: float) -> web.StreamResponse:
        response = web.StreamResponse(headers={"X-Served-By": self.name})
        await response.prepare(request)
        while True:
            await response.write(f"{self.name}\n".encode())
            await asyncio.sleep(interval_s)

    async def _websocket(self, request: web.BaseRequest) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(self.name)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket


async def _size(request: web.BaseRequest) -> int:
    """Of the body, whatever its size: `read` refuses more than 1 MiB."""
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
    return size
