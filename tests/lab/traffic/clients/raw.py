"""Requests byte by byte, as no well-behaved client would send them."""

import socket
from dataclasses import dataclass
from http.client import HTTPResponse

from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.web import Seen


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer to a request."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def seen(self) -> Seen:
        """What the server saw, if a WebServer answered."""
        return Seen.model_validate_json(self.body)


def exchange(client: Client, port: int, request: bytes) -> Answer:
    """What the listener answers. Raises ConnectionError when it closes without an answer."""
    with client.connect(port) as connection:
        connection.sendall(request)
        return read_answer(connection)


def get(path: str, *headers: str, host: str = "bench", method: str = "GET") -> bytes:
    """A request with these header lines, just as they are."""
    lines = (f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


def read_answer(connection: socket.socket) -> Answer:
    """The next answer on a connection. Raises ConnectionError when it is closed before."""
    answer = HTTPResponse(connection)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(status=answer.status, headers=headers, body=answer.read())
