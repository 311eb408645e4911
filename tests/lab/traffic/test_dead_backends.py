"""What becomes of clients while backends are gone."""

import ssl
import time

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.health_check import HealthCheckKind
from components.model.load_balancer import LoadBalancer
from lab.drill.waiting import wait_until
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.raw import get
from tests.lab.traffic.models import CHECK, PORT, balancer, listener, pool
from tests.lab.traffic.servers.web import WebServer
from tests.lab.traffic.tls import ClientTls, server_context
from tests.lab.traffic.traffic import Traffic

ANSWER = CHECK.model_copy(update={"kind": HealthCheckKind.HTTP, "path": "/status/200"})
"""A check that notices a backend which accepts and does not answer."""
NOTICED_S = (ANSWER.interval_ms + ANSWER.timeout_ms) / 1000
SLACK_S = 1.5
REFUSED = (Outcome.REFUSED, Outcome.RESET, Outcome.CLOSED)


@pytest.mark.proves(Feature.CLOSE_DEAD_SESSIONS, Feature.ACTIVE_CHECKS)
def test_sessions_of_a_dead_backend_are_closed_so_that_clients_reconnect(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("web", family=family)
    traffic.edge(_checked(engine, server, closes=True))
    with traffic.client(family=family).connect(PORT) as session:
        session.sendall(get("/stream/100"))
        assert session.recv(1)
        server.mute = True
        begun = time.monotonic()
        while session.recv(4096):
            assert time.monotonic() - begun <= NOTICED_S + SLACK_S


@pytest.mark.proves(Feature.CLOSE_DEAD_SESSIONS, Feature.ACTIVE_CHECKS)
def test_where_it_is_not_wanted_sessions_of_a_dead_backend_live_on(
    traffic: Traffic, engine: Engine
) -> None:
    server = traffic.web_server("web")
    traffic.edge(_checked(engine, server, closes=False))
    client = traffic.client()
    with client.connect(PORT) as session:
        session.sendall(get("/stream/100"))
        assert session.recv(1)
        server.mute = True
        wait_until("it is down", lambda: client.attempt(PORT, timeout_s=0.2) in REFUSED, 5)
        assert all(session.recv(4096) for _ in range(5))


@pytest.mark.proves(Feature.REJECT_WHEN_EMPTY)
def test_clients_are_refused_at_once_while_no_backend_is_up(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.line_server(name, family=family) for name in ("a", "b")]
    traffic.edge(balancer(engine, listener(pool(*(s.backend() for s in servers)))))
    client = traffic.client(family=family)
    assert client.attempt(PORT) is Outcome.SERVED
    for server in servers:
        server.stop()
    wait_until("both are down", lambda: client.attempt(PORT) in REFUSED, 5)
    begun = time.monotonic()
    assert client.attempt(PORT) in REFUSED
    assert time.monotonic() - begun < 1
    servers[1].start()
    wait_until("it serves again", lambda: client.attempt(PORT) is Outcome.SERVED, 5)


@pytest.mark.proves(Feature.REJECT_WHEN_EMPTY, Feature.SNI_ROUTING)
@pytest.mark.parametrize("gone", ["routed", "default"])
def test_an_empty_pool_of_an_sni_route_refuses_its_own_clients_alone(
    traffic: Traffic, engine: Engine, authority: Authority, gone: str
) -> None:
    names = {"routed": "www.example.org", "default": "else.example.org"}
    context = server_context(authority.server(*names.values()))
    servers = {name: traffic.line_server(name, tls=context) for name in names}
    pools = {name: pool(server.backend(), name=name) for name, server in servers.items()}
    route = {"serverNames": [names["routed"]], "pool": pools["routed"]}
    traffic.edge(balancer(engine, listener(pools["default"], sni_routes=[route])))
    servers[gone].stop()

    def is_served(name: str) -> bool:
        try:
            with traffic.client().talk(PORT, tls=ClientTls(server_name=names[name])) as session:
                return session.greeting.server == name
        except (ConnectionError, ssl.SSLError):
            return False

    wait_until("its clients are refused", lambda: not is_served(gone), 5)
    begun = time.monotonic()
    served = {name: is_served(name) for name in names}
    assert served == {name: name != gone for name in names}
    assert time.monotonic() - begun < 2


@pytest.mark.proves(Feature.BACKUP_WITH_SOURCE_HASH)
def test_a_backup_serves_every_source_once_all_hashed_backends_are_gone(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = {name: traffic.line_server(name, family=family) for name in ("a", "b", "spare")}
    client = traffic.client(family=family)
    backends = [s.backend(backup=name == "spare") for name, s in servers.items()]
    traffic.edge(balancer(engine, listener(pool(*backends, balance="source_hash"))))

    def serving() -> set[str]:
        found: set[str] = set()
        for source in range(6):
            found |= set(traffic.client(source, family=family).spread(PORT, 1))
        return found

    assert serving() == {"a", "b"}
    for name in ("a", "b"):
        servers[name].stop()
    wait_until("both are down", lambda: client.attempt(PORT) is Outcome.SERVED, 5)
    assert serving() == {"spare"}


def _checked(engine: Engine, server: WebServer, *, closes: bool) -> LoadBalancer:
    watched = pool(server.backend(), health_check=ANSWER, close_sessions_of_dead_backend=closes)
    return balancer(engine, listener(watched))
