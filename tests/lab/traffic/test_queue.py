"""Connections that wait for a place at a backend."""

import threading
import time

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic


@pytest.mark.proves(Feature.QUEUE)
def test_a_connection_beyond_the_limit_waits_and_is_served_when_a_place_is_free(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.line_server("a", family=family)
    traffic.edge(balancer(engine, listener(pool(server.backend(max_connections=2)))))
    client = traffic.client(family=family)
    first, second = client.talk(PORT), client.talk(PORT)
    outcomes: list[Outcome] = []
    waiting = threading.Thread(target=lambda: outcomes.append(client.attempt(PORT)))
    waiting.start()
    waiting.join(0.5)
    assert (waiting.is_alive(), server.open) == (True, 2)
    first.close()
    waiting.join(5)
    assert outcomes == [Outcome.SERVED]
    assert second.ask("meanwhile") == "meanwhile"
    second.close()


@pytest.mark.proves(Feature.QUEUE)
def test_a_connection_waits_for_the_queue_time_and_is_refused_then(
    traffic: Traffic, engine: Engine
) -> None:
    queue_ms = 1000
    limited = pool(traffic.line_server("a").backend(max_connections=1))
    traffic.edge(balancer(engine, listener(limited, timeouts={"queueMs": queue_ms})))
    client = traffic.client()
    with client.talk(PORT) as holding:
        begun = time.monotonic()
        outcome = client.attempt(PORT)
        waited_s = time.monotonic() - begun
        assert holding.ask("undisturbed") == "undisturbed"
    assert outcome in (Outcome.CLOSED, Outcome.RESET)
    assert queue_ms / 1000 - 0.1 <= waited_s <= queue_ms / 1000 + 1.5


@pytest.mark.proves(Feature.QUEUE)
def test_a_request_that_waited_for_the_queue_time_is_told_503(
    traffic: Traffic, engine: Engine
) -> None:
    limited = pool(traffic.web_server("web").backend(max_connections=1))
    traffic.edge(balancer(engine, listener(limited, mode="http", timeouts={"queueMs": 500})))
    client = traffic.client()
    with client.connect(PORT) as busy:
        busy.sendall(get("/stream/100"))
        assert busy.recv(1)
        assert exchange(client, PORT, get("/")).status == 503
