"""Connections that live long: idle times, WebSocket, and what a reload does to them."""

import socket
import time
from contextlib import suppress

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.listener import Listener
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.raw import get
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.upgrade import PROTOCOL
from tests.lab.traffic.traffic import Traffic

CLIENT_MS = SERVER_MS = 1000
TUNNEL_MS = 3000
SLACK_S = 1.5
"""For a busy machine, beside the configured time."""


@pytest.mark.proves(Feature.LONG_LIVED)
def test_an_established_connection_may_be_silent_for_the_tunnel_time_and_no_longer(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.line_server("a", family=family)
    traffic.edge(balancer(engine, _impatient(listener(pool(server.backend())))))
    with traffic.client(family=family).talk(PORT) as session:
        assert session.ask("first") == "first"
        time.sleep(TUNNEL_MS / 1000 - SLACK_S / 2)
        assert session.ask("after a silence") == "after a silence"
        took = _seconds_until_closed(session.socket)
    assert TUNNEL_MS / 1000 - 0.1 <= took <= TUNNEL_MS / 1000 + SLACK_S


@pytest.mark.proves(Feature.LONG_LIVED, Feature.WEBSOCKET)
def test_a_websocket_may_be_silent_for_the_tunnel_time_and_no_longer(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("web", family=family)
    traffic.edge(balancer(engine, _impatient(listener(pool(server.backend()), mode="http"))))
    with traffic.client(family=family).websocket(PORT) as session:
        assert session.recv() == "web"
        session.send("first")
        assert session.recv() == "first"
        time.sleep(TUNNEL_MS / 1000 - SLACK_S / 2)
        session.send("after a silence")
        assert session.recv() == "after a silence"
        took = _seconds_until_closed(session.sock)
    assert TUNNEL_MS / 1000 - 0.1 <= took <= TUNNEL_MS / 1000 + SLACK_S


@pytest.mark.proves(Feature.LONG_LIVED)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_connections_outlive_a_reload_until_hard_stop_after_and_end_then(
    traffic: Traffic, engine: Engine, family: Family, mode: str
) -> None:
    server = (
        traffic.web_server("web", family=family)
        if mode == "http"
        else traffic.line_server("a", family=family)
    )
    served = listener(pool(server.backend()), mode=mode)
    stop_after_s = 3
    edge = traffic.edge(balancer(engine, served, hard_stop_after_s=stop_after_s))
    client = traffic.client(family=family)
    if mode == "tcp":
        with client.talk(PORT) as session:
            begun = time.monotonic()
            edge.reload(balancer(engine, served, hard_stop_after_s=stop_after_s + 1))
            assert session.ask("still here") == "still here"
            _seconds_until_closed(session.socket)
    else:
        with client.websocket(PORT) as session:
            assert session.recv() == "web"
            begun = time.monotonic()
            edge.reload(balancer(engine, served, hard_stop_after_s=stop_after_s + 1))
            session.send("still here")
            assert session.recv() == "still here"
            _seconds_until_closed(session.sock)
    assert stop_after_s - 0.1 <= time.monotonic() - begun <= stop_after_s + 2 * SLACK_S


@pytest.mark.proves(Feature.LONG_LIVED)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_a_session_of_kubectl_exec_outlives_silence_and_a_reload(
    traffic: Traffic, engine: Engine, family: Family, mode: str
) -> None:
    server = traffic.upgrade_server("apiserver", family=family)
    served = _impatient(listener(pool(server.backend()), mode=mode), tunnel_ms=60_000)
    edge = traffic.edge(balancer(engine, served))
    upgrade = get("/exec", "Connection: Upgrade", f"Upgrade: {PROTOCOL}", method="POST")
    with traffic.client(family=family).connect(PORT) as session:
        session.sendall(upgrade)
        assert b" 101 " in session.recv(4096)
        edge.reload(balancer(engine, served, hard_stop_after_s=600))
        session.sendall(b"after the reload")
        assert session.recv(4096) == b"after the reload"
        time.sleep(2 * max(CLIENT_MS, SERVER_MS) / 1000)
        session.sendall(b"after a silence")
        assert session.recv(4096) == b"after a silence"


def _impatient(served: Listener, *, tunnel_ms: int = TUNNEL_MS) -> Listener:
    timeouts = {"clientMs": CLIENT_MS, "serverMs": SERVER_MS, "tunnelMs": tunnel_ms}
    return Listener.model_validate({**dict(served), "timeouts": timeouts})


def _seconds_until_closed(connection: socket.socket | None) -> float:
    """Time until the connection ends, by FIN or RST. Raises TimeoutError."""
    assert connection is not None
    begun = time.monotonic()
    with suppress(ConnectionError):
        assert connection.recv(1) == b""
    return time.monotonic() - begun
