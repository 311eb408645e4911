"""PROXY protocol headers, written and read (haproxy.org, proxy-protocol.txt, sections 2.1, 2.2)."""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

from tests.lab.traffic.addresses import Address

Receive = Callable[[int], Awaitable[bytes]]
"""Exactly that many bytes of a stream."""

_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_LONGEST_V1 = 107
_LOCAL = 0x20
_ADDRESS_BYTES = {0x11: 4, 0x21: 16}


class NotProxyError(ValueError):
    """What arrived is not a PROXY header with addresses."""


@dataclass(frozen=True)
class ProxyHeader:
    """Who connected to whom, as a proxy tells it."""

    version: int
    source: Address
    source_port: int
    destination: Address
    destination_port: int

    def encode(self) -> bytes:
        """The header's bytes."""
        return self._v1() if self.version == 1 else self._v2()

    def _v1(self) -> bytes:
        family = f"TCP{self.source.version}"
        ports = f"{self.source_port} {self.destination_port}"
        return f"PROXY {family} {self.source} {self.destination} {ports}\r\n".encode()

    def _v2(self) -> bytes:
        addresses = self.source.packed + self.destination.packed
        body = addresses + struct.pack("!HH", self.source_port, self.destination_port)
        family = 0x11 if self.source.version == 4 else 0x21
        return _SIGNATURE + struct.pack("!BBH", 0x21, family, len(body)) + body


async def read_proxy_header(receive: Receive) -> ProxyHeader | None:
    """The header at the beginning of a stream, and not a byte more.

    None for `LOCAL`, by which the proxy says that the connection is its own: a health check. Raises
    NotProxyError, also for `UNKNOWN`, which tells no address.
    """
    start = await receive(len(b"PROXY "))
    if start == b"PROXY ":
        return _parse_v1(await _line(receive))
    rest = await receive(16 - len(start))
    if (start + rest)[:12] != _SIGNATURE:
        raise NotProxyError(f"{start + rest!r} begins no PROXY header")
    command, family, length = struct.unpack("!BBH", rest[-4:])
    return _parse_v2(command, family, await receive(length))


async def _line(receive: Receive) -> str:
    line = b""
    while not line.endswith(b"\r\n"):
        if len(line) > _LONGEST_V1:
            raise NotProxyError(f"no end of line in {line!r}")
        line += await receive(1)
    return line.decode()


def _parse_v1(line: str) -> ProxyHeader:
    match line.split():
        case [("TCP4" | "TCP6"), source, destination, source_port, destination_port]:
            return ProxyHeader(
                version=1,
                source=ip_address(source),
                source_port=int(source_port),
                destination=ip_address(destination),
                destination_port=int(destination_port),
            )
        case _:
            raise NotProxyError(f"PROXY {line!r}")


def _parse_v2(command: int, family: int, body: bytes) -> ProxyHeader | None:
    if command == _LOCAL:
        return None
    size = _ADDRESS_BYTES.get(family)
    if command != 0x21 or size is None:
        raise NotProxyError(f"PROXY v2 with command {command:#x} and family {family:#x}")
    source_port, destination_port = struct.unpack("!HH", body[2 * size : 2 * size + 4])
    return ProxyHeader(
        version=2,
        source=ip_address(body[:size]),
        source_port=source_port,
        destination=ip_address(body[size : 2 * size]),
        destination_port=destination_port,
    )
