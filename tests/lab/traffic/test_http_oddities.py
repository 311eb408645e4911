"""Requests that two programs may read in two ways: refused, or made unambiguous."""

from unittest.mock import ANY

import pytest

from components.model.capabilities import Engine
from tests.lab.traffic.clients.raw import exchange, get, read_answer
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.web import WebServer
from tests.lab.traffic.traffic import Traffic

REFUSED = {
    "two hosts": get("/", "Host: other"),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two lengths": get("/", "Content-Length: 1", "Content-Length: 2", method="POST") + b"ab",
    "a negative length": get("/", "Content-Length: -1", method="POST"),
    "a space before the colon": get("/", "X-Any : 1"),
    "a zero byte in a header": get("/", "X-Any: a\0b"),
    "an unknown transfer coding": get("/", "Transfer-Encoding: cow", method="POST"),
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


def test_ambiguous_requests_are_refused(traffic: Traffic, engine: Engine) -> None:
    server = _served(traffic, engine)
    statuses = {
        oddity: exchange(traffic.client(), PORT, request).status
        for oddity, request in REFUSED.items()
    }
    assert statuses == dict.fromkeys(REFUSED, 400) | {"an unknown transfer coding": ANY}
    assert statuses["an unknown transfer coding"] in (400, 501)
    assert server.accepted == 0


@pytest.mark.parametrize("offered", ["h2c", "spdy/3.1, h2c"])
def test_an_upgrade_to_http2_in_clear_is_not_passed_on(
    traffic: Traffic, engine: Engine, offered: str
) -> None:
    _served(traffic, engine)
    settings = ("Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk")
    request = get("/", f"Upgrade: {offered}", *settings)
    headers = exchange(traffic.client(), PORT, request).seen.headers
    assert not any("h2c" in value for value in headers.get("upgrade", []))


def test_a_bare_line_feed_is_refused_or_arrives_as_the_end_of_a_line(
    traffic: Traffic, engine: Engine
) -> None:
    """RFC 9112, section 2.2, allows both; the backend reads what the engine read."""
    server = _served(traffic, engine)
    request = b"GET / HTTP/1.1\nFoo\r\nHost: bench\r\n\r\n"
    answer = exchange(traffic.client(), PORT, request)
    if answer.status == 400:
        assert server.accepted == 0
    else:
        assert (answer.seen.path, answer.seen.headers["host"]) == ("/", ["bench"])
        assert answer.seen.headers["foo"] == [""]


def test_a_request_of_two_lengths_is_refused_or_arrives_with_one(
    traffic: Traffic, engine: Engine
) -> None:
    """RFC 9112, section 6.3: Transfer-Encoding wins, and the connection is not used again."""
    server = _served(traffic, engine)
    smuggled = get("/smuggled")
    outer = get(
        "/outer", f"Content-Length: {len(smuggled) + 5}", "Transfer-Encoding: chunked",
        method="POST",
    )  # fmt: skip
    with traffic.client().connect(PORT) as connection:
        connection.sendall(outer + b"0\r\n\r\n" + smuggled)
        answer = read_answer(connection)
        if answer.status == 400:
            assert server.accepted == 0
        else:
            assert (answer.seen.path, answer.seen.body_bytes) == ("/outer", 0)
            assert connection.recv(1) == b""
    assert exchange(traffic.client(), PORT, get("/next")).seen.path == "/next"


def _served(traffic: Traffic, engine: Engine) -> WebServer:
    server = traffic.web_server("web")
    traffic.edge(balancer(engine, listener(pool(server.backend(), health_check=None), mode="http")))
    return server
