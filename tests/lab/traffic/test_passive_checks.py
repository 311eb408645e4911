"""Backends that connections of clients judge, where the engine makes no checks of its own."""

import time

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.models import CHECK, PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

ENGINE = pytest.mark.parametrize("engine", [Engine.NGINX], ids=str, indirect=True)
FAIL_TIMEOUT_S = 3


@ENGINE
@pytest.mark.proves(Feature.PASSIVE_CHECKS, Feature.RETRY)
def test_no_client_is_refused_while_a_backend_is_down_and_it_serves_again_later(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    lost, other = (traffic.line_server(name, family=family) for name in ("lost", "other"))
    traffic.edge(balancer(engine, listener(pool(lost.backend(), other.backend()))))
    client = traffic.client(family=family)
    lost.stop()
    assert client.spread(PORT, 50) == {"other": 50}
    lost.start()
    wait_until("both serve", lambda: set(client.spread(PORT, 2)) == {"lost", "other"}, 10)


@ENGINE
@pytest.mark.proves(Feature.PASSIVE_CHECKS)
def test_a_failed_backend_is_left_alone_for_the_fail_timeout(
    traffic: Traffic, engine: Engine
) -> None:
    check = CHECK.model_copy(update={"fail_timeout_s": FAIL_TIMEOUT_S})
    lost, other = traffic.line_server("lost"), traffic.line_server("other")
    traffic.edge(
        balancer(engine, listener(pool(lost.backend(), other.backend(), health_check=check)))
    )
    client = traffic.client()
    lost.stop()
    assert client.spread(PORT, 2) == {"other": 2}
    failed = time.monotonic()
    lost.start()
    while time.monotonic() < failed + FAIL_TIMEOUT_S / 2:
        assert client.spread(PORT, 1) == {"other": 1}
    wait_until("it is tried again", lambda: "lost" in client.spread(PORT, 2), 2 * FAIL_TIMEOUT_S)


@ENGINE
@pytest.mark.proves(Feature.PASSIVE_CHECKS)
def test_a_hung_backend_costs_one_request_in_http_mode_after_every_fail_timeout(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    hung, other = (
        traffic.web_server("hung", mute=True, family=family),
        traffic.web_server("other", family=family),
    )
    served = pool(hung.backend(), other.backend(), connect_timeout_ms=100, retries=1)
    traffic.edge(balancer(engine, listener(served, mode="http", timeouts={"serverMs": 1000})))
    client = traffic.client(family=family)
    statuses: list[int] = []

    def costs(times: int) -> bool:
        statuses.append(exchange(client, PORT, get("/")).status)
        return statuses.count(504) == times

    for times in (1, 2, 3):
        wait_until(f"{times} requests were lost to it", lambda n=times: costs(n), 10)
        assert [exchange(client, PORT, get("/")).status for _ in range(3)] == [200] * 3
    assert set(statuses) == {200, 504}


@pytest.mark.proves(Feature.RETRY)
def test_without_retries_a_failed_attempt_is_the_clients(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    lost, other = (traffic.line_server(name, family=family) for name in ("lost", "other"))
    servers = (lost.backend(), other.backend())
    traffic.edge(balancer(engine, listener(pool(*servers, health_check=None, retries=0))))
    lost.stop()
    client = traffic.client(family=family)
    outcomes = [client.attempt(PORT) for _ in range(10)]
    assert outcomes.count(Outcome.SERVED) == 5


@pytest.mark.proves(Feature.REJECT_WHEN_EMPTY)
def test_clients_are_refused_at_once_while_no_backend_is_up(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.line_server(name, family=family) for name in ("a", "b")]
    edge_pool = pool(*(s.backend() for s in servers), connect_timeout_ms=10_000)
    traffic.edge(balancer(engine, listener(edge_pool)))
    client = traffic.client(family=family)
    for server in servers:
        server.stop()
    began = time.monotonic()
    wait_until("nobody is served", lambda: client.attempt(PORT) is not Outcome.SERVED, 5)
    refused = [client.attempt(PORT, timeout_s=5) for _ in range(10)]
    assert set(refused) <= {Outcome.REFUSED, Outcome.RESET, Outcome.CLOSED}
    assert time.monotonic() - began < edge_pool.connect_timeout_ms / 1000
