"""The idle times of a listener: each ends what it is for, and nothing ends before."""

import socket
import time
from collections.abc import Callable

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.tls import Tls
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.raw import exchange, get, read_answer
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls, server_context
from tests.lab.traffic.traffic import Traffic

SHORT_MS = 1000
OTHERS_MS = 20_000
"""Every other idle time, so that it cannot be the one that is seen."""
SLACK_S = 1.5
NAMES = ("clientMs", "serverMs", "tunnelMs", "requestMs", "httpKeepaliveMs")
_WITHIN_A_BODY = {Engine.HAPROXY: "serverMs", Engine.NGINX: "clientMs"}


@pytest.mark.proves(Feature.TIMEOUTS)
def test_headers_must_arrive_within_the_request_time_however_slowly_they_drip(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family, "requestMs")
    with traffic.client(family=family).connect(PORT, timeout_s=0.1) as connection:
        rest = iter(get("/", "X-Long: " + "x" * 1000))
        _closes_after_the_short_time(connection, lambda: connection.sendall(bytes([next(rest)])))


@pytest.mark.proves(Feature.TIMEOUTS)
def test_a_connection_waits_for_its_next_request_for_the_keepalive_time(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family, "httpKeepaliveMs")
    with traffic.client(family=family).connect(PORT) as connection:
        for _ in range(2):
            connection.sendall(get("/"))
            assert read_answer(connection).status == 200
            time.sleep(SHORT_MS / 1000 / 2)
        connection.sendall(get("/"))
        assert read_answer(connection).status == 200
        connection.settimeout(0.1)
        _closes_after_the_short_time(connection)


@pytest.mark.proves(Feature.TIMEOUTS)
def test_an_answer_that_does_not_come_within_the_server_time_is_504(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family, "serverMs")
    client = traffic.client(family=family)
    assert exchange(client, PORT, get(f"/slow/{SHORT_MS // 2}")).status == 200
    begun = time.monotonic()
    assert exchange(client, PORT, get(f"/slow/{SHORT_MS * 4}")).status == 504
    _is_the_short_time(time.monotonic() - begun)


@pytest.mark.proves(Feature.TIMEOUTS)
def test_a_client_that_falls_silent_within_a_body_is_not_waited_for(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family, _WITHIN_A_BODY[engine])
    with traffic.client(family=family).connect(PORT, timeout_s=0.1) as connection:
        connection.sendall(get("/", "Content-Length: 10", method="POST") + b"x")
        _closes_after_the_short_time(connection)


@pytest.mark.proves(Feature.TIMEOUTS, Feature.TLS_TERMINATION)
def test_a_client_that_makes_no_handshake_is_given_the_client_time(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    issued = authority.server("www.example.org")
    served = listener(
        pool(traffic.line_server("a", family=family).backend()),
        tls=Tls(certificates=certificates(web=issued)),
        timeouts=_timeouts("clientMs"),
    )
    traffic.edge(balancer(engine, served), secret_files(web=issued))
    with traffic.client(family=family).connect(PORT, timeout_s=0.1) as connection:
        _closes_after_the_short_time(connection)


@pytest.mark.proves(Feature.TIMEOUTS, Feature.SNI_ROUTING)
def test_a_slow_greeting_is_routed_by_its_name_whatever_the_time_for_http_headers(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    context = server_context(authority.server("www.example.org"))
    pools = [
        pool(traffic.line_server(name, tls=context).backend(), name=name)
        for name in ("default", "routed")
    ]
    route = {"serverNames": ["www.example.org"], "pool": pools[1]}
    timeouts = {"requestMs": 100}
    traffic.edge(balancer(engine, listener(pools[0], sni_routes=[route], timeouts=timeouts)))
    client = traffic.client()
    with client.connect(PORT) as plain:
        time.sleep(SHORT_MS / 1000)
        tls = ClientTls(server_name="www.example.org").context()
        with tls.wrap_socket(plain, server_hostname="www.example.org") as session:
            assert b'"routed"' in session.recv(4096)


def _edge(traffic: Traffic, engine: Engine, family: Family, short: str) -> None:
    """In HTTP mode, with one short idle time."""
    served = pool(traffic.web_server("web", family=family).backend())
    traffic.edge(balancer(engine, listener(served, mode="http", timeouts=_timeouts(short))))


def _timeouts(short: str) -> dict[str, int]:
    return {name: SHORT_MS if name == short else OTHERS_MS for name in NAMES}


def _closes_after_the_short_time(
    connection: socket.socket, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """Every 100 ms of the socket's patience the client does something."""
    begun = time.monotonic()
    while True:
        try:
            meanwhile()
            if not connection.recv(4096):
                break
        except TimeoutError:
            assert time.monotonic() - begun <= SHORT_MS / 1000 + SLACK_S, "it stays open"
        except ConnectionError:
            break
    _is_the_short_time(time.monotonic() - begun)


def _is_the_short_time(seconds: float) -> None:
    assert SHORT_MS / 1000 - 0.1 <= seconds <= SHORT_MS / 1000 + SLACK_S
