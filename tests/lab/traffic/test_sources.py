"""Which sources are served, and how much of a listener one of them may take."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.flood import Flood, RequestFlood
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.proxy_protocol import ProxyHeader
from tests.lab.traffic.traffic import Traffic

REFUSED = (Outcome.REFUSED, Outcome.RESET, Outcome.CLOSED)
T = TypeVar("T")
OTHER = {Family.IPV4: "203.0.113.0/24", Family.IPV6: "2001:db8::/32"}


@pytest.mark.proves(Feature.SOURCES_LIMITED)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_allowed_sources_are_served_and_denied_ones_refused_also_inside_allowed_networks(
    traffic: Traffic, engine: Engine, family: Family, mode: str
) -> None:
    served, refused, outside = (traffic.client(source=n, family=family) for n in range(3))
    pair = f"{served.source}/{served.source.max_prefixlen - 1}"
    assert refused.source in ip_network(pair)
    inside = [pair, *OTHER.values()]
    denied = [str(refused.source)]
    _edge(traffic, engine, family, mode, allowedCidrs=inside, deniedCidrs=denied)
    judged = [_served(client, mode) for client in (served, refused, outside)]
    assert judged == [True, False, False]


@pytest.mark.proves(Feature.SOURCES_LIMITED)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_with_denied_sources_alone_all_others_are_served(
    traffic: Traffic, engine: Engine, family: Family, mode: str
) -> None:
    refused, served = (traffic.client(source=n, family=family) for n in range(2))
    networks = [str(refused.source), *OTHER.values()]
    _edge(traffic, engine, family, mode, deniedCidrs=networks)
    assert (_served(refused, mode), _served(served, mode)) == (False, True)


@pytest.mark.proves(Feature.SOURCES_LIMITED)
def test_a_hundred_networks_are_judged_like_one(traffic: Traffic, engine: Engine) -> None:
    networks = [f"10.{n}.0.0/16" for n in range(100)]
    last = str(traffic.client(source=1).source)
    _edge(traffic, engine, Family.IPV4, "tcp", allowedCidrs=[*networks, last])
    judged = [_served(traffic.client(source=n), "tcp") for n in range(2)]
    assert judged == [False, True]


@pytest.mark.proves(Feature.CONNECTIONS_PER_SOURCE)
def test_a_source_may_have_so_many_connections_and_another_is_still_served(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family, "tcp", limits={"connectionsPerSource": 3})
    greedy, other = traffic.client(family=family), traffic.far_client(family=family)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(greedy.talk(PORT))
        assert greedy.attempt(PORT) in REFUSED
        assert other.attempt(PORT) is Outcome.SERVED
    wait_until("a place is free again", lambda: greedy.attempt(PORT) is Outcome.SERVED, 5)


@pytest.mark.proves(Feature.CONNECTIONS_PER_SOURCE)
def test_a_source_may_have_so_many_requests_at_the_same_time_in_http_mode(
    traffic: Traffic, engine: Engine
) -> None:
    _edge(traffic, engine, Family.IPV4, "http", limits={"connectionsPerSource": 2})
    greedy, other = (traffic.client(source=n) for n in range(2))
    with ExitStack() as held:
        for _ in range(2):
            connection = held.enter_context(greedy.connect(PORT))
            connection.sendall(get("/stream/100"))
            assert connection.recv(1)
        assert not _served(greedy, "http")
        assert _served(other, "http")
    wait_until("a place is free again", lambda: _served(greedy, "http"), 5)


@pytest.mark.proves(Feature.CONNECTIONS_PER_SOURCE)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_a_source_is_an_ipv4_address_or_the_subnet_of_an_ipv6_address(
    traffic: Traffic, engine: Engine, family: Family, mode: str
) -> None:
    _edge(traffic, engine, family, mode, limits={"connectionsPerSource": 2})
    clients = [traffic.client(source=n, family=family) for n in range(2)]
    with ExitStack() as held:
        for client in clients:
            connection = held.enter_context(client.connect(PORT))
            if mode == "http":
                connection.sendall(get("/stream/100"))
            assert connection.recv(1)
        neighbour = traffic.client(source=2, family=family)
        assert _served(neighbour, mode) is (family is Family.IPV4)
        assert _served(traffic.far_client(family=family), mode)


@pytest.mark.proves(Feature.CONNECTIONS_PER_SOURCE, Feature.ACCEPT_PROXY)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_ipv4_clients_that_a_proxy_tells_in_ipv6_form_are_sources_of_their_own(
    traffic: Traffic, engine: Engine, mode: str
) -> None:
    proxy = traffic.client(family=Family.IPV6)
    accepted = [f"{proxy.source}/128"]
    limits = {"connectionsPerSource": 1}
    _edge(traffic, engine, Family.IPV6, mode, acceptProxyFrom=accepted, limits=limits)
    served = b"HTTP/1.1 200" if mode == "http" else b'"a"'

    def answer(claimed: str) -> bytes:
        """The beginning of it; the connection stays open."""
        header = ProxyHeader(
            version=2,
            source=ip_address(claimed),
            source_port=1,
            destination=proxy.vip,
            destination_port=PORT,
        )
        connection = held.enter_context(proxy.connect(PORT, proxy=header))
        with suppress(ConnectionError):
            if mode == "http":
                connection.sendall(get("/stream/100"))
            return connection.recv(4096)
        return b""

    with ExitStack() as held:
        assert served in answer("::ffff:203.0.113.1")
        assert served in answer("::ffff:203.0.113.2")
        assert served not in answer("::ffff:203.0.113.2")


@pytest.mark.proves(Feature.REQUEST_RATE)
def test_a_rate_of_requests_is_shared_by_the_subnet_of_an_ipv6_address(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family, "http", limits={"requestRatePerSource": 1})
    begun = time.monotonic()
    served = [_served(traffic.client(source=n, family=family), "http") for n in range(20)]
    seconds = time.monotonic() - begun
    assert served[0]
    assert _served(traffic.far_client(family=family), "http")
    if family is Family.IPV4:
        assert all(served)
    else:
        assert served.count(True) <= seconds + 2


@pytest.mark.proves(Feature.CONNECTION_RATE)
def test_under_a_flood_of_connections_its_source_gets_its_rate_and_another_is_served(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    rate = 20
    _edge(traffic, engine, family, "tcp", limits={"connectionRatePerSource": rate})
    flooding, other = traffic.client(family=family), traffic.far_client(family=family)
    begun = time.monotonic()
    with Flood(flooding, PORT) as flood:
        outcomes = Counter(_paced(lambda: other.attempt(PORT), 30))
    _was_held_to(rate, flood.outcomes, time.monotonic() - begun)
    assert outcomes == {Outcome.SERVED: 30}


@pytest.mark.proves(Feature.REQUEST_RATE)
def test_under_a_flood_of_requests_its_source_is_told_429_and_another_is_served_meanwhile(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    rate = 20
    _edge(traffic, engine, family, "http", limits={"requestRatePerSource": rate})
    greedy, other = traffic.client(family=family), traffic.far_client(family=family)
    begun = time.monotonic()
    with RequestFlood(greedy, PORT) as flood:
        meanwhile = Counter(_paced(lambda: exchange(other, PORT, get("/")).status, 30))
    seconds = time.monotonic() - begun
    assert meanwhile == {200: 30}
    assert set(flood.outcomes) == {200, 429}
    assert rate <= flood.outcomes[200] <= rate * (seconds + 1)
    assert flood.outcomes[429] > 5 * flood.outcomes[200], "no flood"
    wait_until("its rate is its own again", lambda: _served(greedy, "http"), 3)


def _edge(traffic: Traffic, engine: Engine, family: Family, mode: str, **settings: Any) -> None:
    if mode == "http":
        served = pool(traffic.web_server("a", family=family).backend())
    else:
        served = pool(traffic.line_server("a", family=family).backend())
    traffic.edge(balancer(engine, listener(served, mode=mode, **settings)))


def _served(client: Client, mode: str) -> bool:
    if mode == "tcp":
        outcome = client.attempt(PORT)
        assert outcome is Outcome.SERVED or outcome in REFUSED
        return outcome is Outcome.SERVED
    try:
        return exchange(client, PORT, get("/")).status == 200
    except ConnectionError:
        return False


def _paced(attempt: Callable[[], T], times: int) -> list[T]:
    """One attempt every 100 ms: half of the rate that a source may have."""
    outcomes: list[T] = []
    for _ in range(times):
        outcomes.append(attempt())
        time.sleep(0.1)
    return outcomes


def _was_held_to(rate: int, outcomes: Counter[Outcome], seconds: float) -> None:
    """At least one second's worth was served, and no more than the rate over the whole time."""
    served = outcomes.pop(Outcome.SERVED)
    assert rate <= served <= rate * (seconds + 1)
    assert set(outcomes) <= set(REFUSED)
    assert outcomes.total() > 5 * served, "no flood"
