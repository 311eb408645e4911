"""Which backend serves: counted over many connections."""

import time
from collections import Counter

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.pool import Balance
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import CLIENT_NUMBERS, Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic


@pytest.mark.proves(Feature.ROUND_ROBIN, Feature.IPV6)
def test_round_robin_gives_each_backend_the_same_of_1000_connections(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.line_server(name, family=family) for name in ("a", "b", "c")]
    traffic.edge(balancer(engine, listener(pool(*(s.backend() for s in servers)))))
    served = traffic.client(family=family).spread(PORT, 1000)
    assert served == {name: pytest.approx(1000 / 3, abs=1) for name in ("a", "b", "c")}


@pytest.mark.proves(Feature.IPV6)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_a_vip_of_one_family_is_served_by_backends_of_the_other(
    traffic: Traffic, engine: Engine, family: Family, mode: str
) -> None:
    (other,) = set(Family) - {family}
    servers = [traffic.web_server(name, family=other) for name in ("a", "b")]
    traffic.edge(balancer(engine, listener(pool(*(s.backend() for s in servers)), mode=mode)))
    client = traffic.client(family=family)
    told = [exchange(client, PORT, get("/")).seen for _ in range(4)]
    assert {each.server for each in told} == {"a", "b"}
    assert {each.peer.version for each in told} == {other}


@pytest.mark.proves(Feature.WEIGHTED_ROUND_ROBIN)
def test_weights_decide_the_share_of_1000_connections(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    weights = {"a": 10, "b": 30, "c": 60}
    backends = [traffic.line_server(n, family=family).backend(weight=w) for n, w in weights.items()]
    weighted = pool(*backends, balance=Balance.WEIGHTED_ROUND_ROBIN)
    traffic.edge(balancer(engine, listener(weighted)))
    served = traffic.client(family=family).spread(PORT, 1000)
    assert served == {name: pytest.approx(10 * w, rel=0.05) for name, w in weights.items()}


@pytest.mark.proves(Feature.LEAST_CONNECTIONS)
def test_the_backend_with_fewer_open_connections_gets_the_next_1000(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    busy, idle = (traffic.line_server(name, family=family) for name in ("busy", "idle"))
    servers = (busy.backend(), idle.backend())
    traffic.edge(balancer(engine, listener(pool(*servers, balance=Balance.LEAST_CONNECTIONS))))
    client = traffic.client(family=family)
    sessions = [client.talk(PORT) for _ in range(20)]
    for session in sessions:
        if session.greeting.server == "idle":
            session.close()
    wait_until("its connections are closed at the idle one", lambda: idle.open == 0, 5)
    assert client.spread(PORT, 1000) == {"idle": 1000}
    wait_until("they are closed too", lambda: idle.open == 0, 5)
    later = [client.talk(PORT) for _ in range(busy.open)]
    assert [session.greeting.server for session in later] == ["idle"] * 10
    for session in (*sessions, *later):
        session.close()


@pytest.mark.proves(Feature.SOURCE_HASH)
def test_a_source_stays_and_only_the_lost_backends_sources_move(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = {name: traffic.line_server(name, family=family) for name in ("a", "b", "c")}
    hashed = pool(*(s.backend() for s in servers.values()), balance=Balance.SOURCE_HASH)
    traffic.edge(balancer(engine, listener(hashed)))
    clients = [traffic.client(i, family=family) for i in range(len(CLIENT_NUMBERS))]

    def placed(times: int = 1) -> list[str]:
        """The one backend of each source, over so many connections of each."""
        found: list[str] = []
        for client in clients:
            (server,) = client.spread(PORT, times)
            found.append(server)
        return found

    before = placed()
    assert set(before) == set(servers)
    assert placed(1000 // len(clients)) == before
    servers["b"].stop()
    wait_until(
        "every source is served by others",
        lambda: all(client.attempt(PORT) is Outcome.SERVED for client in clients),
        10,
    )
    during = placed()
    assert "b" not in during
    assert [was for was, now in zip(before, during, strict=True) if was != now] == [
        "b"
    ] * before.count("b")
    servers["b"].start()
    wait_until("every source is back where it was", lambda: placed() == before, 10)


@pytest.mark.proves(Feature.BACKUP)
def test_a_backup_serves_only_while_the_others_are_down(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    main, backup = (traffic.line_server(name, family=family) for name in ("main", "backup"))
    servers = (main.backend(), backup.backend(backup=True))
    traffic.edge(balancer(engine, listener(pool(*servers))))
    client = traffic.client(family=family)
    assert client.spread(PORT, 50) == {"main": 50}
    main.stop()
    wait_until("the backup serves", lambda: client.attempt(PORT) == "served", 5)
    assert client.spread(PORT, 50) == {"backup": 50}
    main.start()
    wait_until("the main one serves again", lambda: set(client.spread(PORT, 1)) == {"main"}, 5)
    assert client.spread(PORT, 50) == {"main": 50}


@pytest.mark.proves(Feature.SLOW_START)
def test_a_returned_backend_gets_its_share_over_the_slow_start(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    slow_start_s = 4
    steady, returning = (
        traffic.line_server(name, family=family) for name in ("steady", "returning")
    )
    servers = (steady.backend(), returning.backend())
    slow = pool(*servers, slow_start_ms=slow_start_s * 1000)
    edge = traffic.edge(balancer(engine, listener(slow)))
    client = traffic.client(family=family)
    returning.stop()
    edge.syslog.wait_for("returning is DOWN")
    returning.start()
    edge.syslog.wait_for("returning is UP")
    began = time.monotonic()
    early = Counter[str]()
    while time.monotonic() - began < slow_start_s / 4:
        early += client.spread(PORT, 10)
    # A quarter of the way its weight is a quarter of the other's: at most 1 connection in 5.
    assert early["returning"] <= early.total() / 5
    assert early.total() > 20
    wait_until(
        "both get the same",
        lambda: client.spread(PORT, 20) == {"steady": 10, "returning": 10},
        slow_start_s + 5,
    )
