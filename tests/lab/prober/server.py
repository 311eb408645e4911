"""A small asyncio HTTP server whose connections the test can break in chosen ways.

It runs in a process of its own (`python -m tests.lab.prober.server`), so that it can live in a
network namespace and be killed. It reads one command per line on stdin and answers each with a
line: `listen`, `close` (stop listening, drop what is open with RST), `fin`, `rst` (every open
connection), `mute` (accept, never answer), `speak`, `status N`, `event` (a line on every watch).
"""

import argparse
import asyncio
import socket
import ssl
import struct
import sys
from typing import cast

ABORT = struct.pack("ii", 1, 0)


class Server:
    def __init__(self, address: str, port: int, name: str, tls: ssl.SSLContext | None) -> None:
        self.address, self.port, self.name, self.tls = address, port, name, tls
        self.status, self.muted = 200, False
        self.open: set[asyncio.StreamWriter] = set()
        self.watches: set[asyncio.StreamWriter] = set()
        self.listener: asyncio.Server | None = None

    async def listen(self) -> None:
        tls = None if self.muted else self.tls
        self.listener = await asyncio.start_server(
            self.serve, self.address, self.port, ssl=tls, backlog=1000, reuse_address=True
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self.answer(head, writer)
                if b"Connection: close" in head:
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open.discard(writer)
            self.watches.discard(writer)
            writer.transport.abort()

    async def answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if self.muted:
            return
        if b"watch=1" in head:
            self.watches.add(writer)
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        else:
            writer.write(
                f"HTTP/1.1 {self.status} Some\r\nX-Served-By: {self.name}\r\n"
                "Content-Length: 2\r\n\r\nok".encode()
            )
        await writer.drain()

    def break_all(self, how: str) -> None:
        for writer in list(self.open):
            if how == "rst":
                raw = cast(socket.socket, writer.get_extra_info("socket"))
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                writer.transport.abort()
            else:
                writer.close()

    async def obey(self, words: list[str]) -> None:
        match words:
            case ["listen"]:
                await self.listen()
            case ["close"]:
                if self.listener:
                    self.listener.close()
                self.break_all("rst")
            case ["fin" | "rst" as how]:
                self.break_all(how)
            case ["mute" | "speak" as how]:
                self.muted = how == "mute"
            case ["status", number]:
                self.status = int(number)
            case ["event"]:
                for writer in self.watches:
                    writer.write(b'9\r\n{"a": 1}\n\r\n')
            case _:
                raise ValueError(f"unknown command: {words}")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("name")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    chosen = parser.parse_args()
    tls = None
    if chosen.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(chosen.certificate, chosen.key)
    server = Server(chosen.address, chosen.port, chosen.name, tls)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    while line := await commands.readline():
        await server.obey(line.decode().split())
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
