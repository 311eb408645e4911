"""Clients that come back to the backend that served them, also at the other node."""

import re
import socket
from collections import Counter
from collections.abc import Sequence

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.persistence import Persistence, PersistenceKind
from components.model.pool import Pool
from components.render.layout import ADMIN_SOCKET
from lab.drill.waiting import wait_until
from tests.authority import Authority
from tests.lab.traffic.addresses import EDGES, Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.raw import Answer, exchange, get
from tests.lab.traffic.edge import Edge
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.server import Server
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

SOURCE = Persistence(kind=PersistenceKind.SOURCE)
COOKIE = Persistence(kind=PersistenceKind.COOKIE, cookie_name="stick")
SOURCES = range(6)
_RESYNCED = 0x3
"""Flags of HAProxy 2.6's peers once it has learned from the old worker and from another node, or
has given up on them (src/peers.c, PEERS_F_RESYNC_LOCAL and _REMOTE)."""


@pytest.mark.proves(Feature.COOKIE_PERSISTENCE)
def test_a_client_with_the_cookie_stays_at_its_backend_also_after_a_take_over(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.web_server(name, family=family) for name in ("a", "b", "c")]
    lb = balancer(engine, listener(_sticky(COOKIE, servers), mode="http"))
    for node in EDGES:
        traffic.edge(lb, node=node)
    client = traffic.client(family=family)
    first = exchange(client, PORT, get("/"))
    with_cookie = get("/", _cookie_line(first))
    again = [exchange(client, PORT, with_cookie).seen for _ in range(6)]
    traffic.take_over(EDGES[1])
    again += [exchange(client, PORT, with_cookie).seen for _ in range(6)]
    without = {exchange(client, PORT, get("/")).seen.server for _ in range(6)}
    assert {answer.server for answer in again} == {first.seen.server}
    assert without == {"a", "b", "c"}
    assert again[0].headers["cookie"] == ["other=1"], "ours is for the load balancer alone"
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "secure" not in first.headers["set-cookie"].lower()


@pytest.mark.proves(Feature.COOKIE_PERSISTENCE)
def test_the_cookie_of_a_tls_listener_is_for_tls_alone(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    issued = authority.server("web.example.org")
    served = listener(
        _sticky(COOKIE, [traffic.web_server("a")]),
        mode="http",
        tls={"certificates": certificates(web=issued)},
    )
    traffic.edge(balancer(engine, served), secret_files(web=issued))
    speaks = ClientTls(server_name="web.example.org", authority=authority)
    with traffic.client().http(tls=speaks) as web:
        cookie = web.get(f"https://web.example.org:{PORT}/").headers["set-cookie"]
    assert "secure" in cookie.lower()


@pytest.mark.proves(Feature.COOKIE_PERSISTENCE, Feature.DRAIN)
@pytest.mark.parametrize("gone", ["drained", "dead"])
def test_a_client_whose_backend_is_gone_gets_another_with_its_cookie(
    traffic: Traffic, engine: Engine, gone: str
) -> None:
    servers = {name: traffic.web_server(name) for name in ("a", "b", "c")}
    lb = balancer(engine, listener(_sticky(COOKIE, list(servers.values())), mode="http"))
    edge = traffic.edge(lb)
    client = traffic.client()
    first = exchange(client, PORT, get("/"))
    old = first.seen.server
    if gone == "drained":
        backends = [server.backend(drain=name == old) for name, server in servers.items()]
        drained = pool(*backends, persistence=COOKIE)
        edge.reload(balancer(engine, listener(drained, mode="http")))
    else:
        servers[old].stop()
    moved = exchange(client, PORT, get("/", _cookie_line(first)))
    new = moved.seen.server
    with_cookie = get("/", _cookie_line(moved))
    served = {exchange(client, PORT, with_cookie).seen.server for _ in range(6)}
    assert new != old
    assert served == {new}


@pytest.mark.proves(Feature.SOURCE_PERSISTENCE, Feature.IPV6)
def test_a_source_stays_at_its_backend_after_a_take_over_and_after_reloads_of_both_nodes(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.line_server(name, family=family) for name in ("a", "b", "c")]
    edges = [traffic.edge(_by_source(engine, servers), node=node) for node in EDGES]
    before = _served(traffic, family)
    assert set(before.values()) == {"a", "b", "c"}
    _wait_for_tables(edges, len(before))
    traffic.take_over(EDGES[1])
    assert _served(traffic, family) == before
    for edge in edges:
        _wait_until_it_can_teach(edge)
        edge.reload(_by_source(engine, servers, max_connections=1999))
        _wait_for_tables([edge], len(before))
    assert _served(traffic, family) == before
    traffic.take_over(EDGES[0])
    assert _served(traffic, family) == before


@pytest.mark.proves(Feature.SOURCE_PERSISTENCE)
def test_a_restarted_node_learns_the_sources_from_the_other(
    traffic: Traffic, engine: Engine
) -> None:
    servers = [traffic.line_server(name) for name in ("a", "b", "c")]
    lb = _by_source(engine, servers)
    edges = [traffic.edge(lb, node=node) for node in EDGES]
    before = _served(traffic, Family.IPV4)
    _wait_for_tables(edges, len(before))
    edges[0].restart(lb)
    _wait_for_tables(edges, len(before))
    assert _served(traffic, Family.IPV4) == before


@pytest.mark.proves(Feature.SOURCE_PERSISTENCE, Feature.DRAIN)
def test_sources_of_a_drained_backend_move_and_the_others_stay(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.line_server(name, family=family) for name in ("a", "b", "c")]
    edge = traffic.edge(_by_source(engine, servers))
    before = _served(traffic, family)
    _wait_until_it_can_teach(edge)
    with traffic.client(family=family).talk(PORT) as session:
        gone = session.greeting.server
        backends = [server.backend(drain=server.name == gone) for server in servers]
        edge.reload(balancer(engine, listener(pool(*backends, persistence=SOURCE))))
        assert session.ask("still here") == "still here"
    _wait_for_tables([edge], len(before))
    after = _served(traffic, family)
    assert gone not in after.values()
    kept = {source: name for source, name in before.items() if name != gone}
    assert {source: after[source] for source in kept} == kept


@pytest.mark.proves(Feature.SOURCE_PERSISTENCE)
def test_in_http_mode_a_source_stays_at_its_backend_too(traffic: Traffic, engine: Engine) -> None:
    servers = [traffic.web_server(name) for name in ("a", "b", "c")]
    traffic.edge(balancer(engine, listener(_sticky(SOURCE, servers), mode="http")))
    served = [
        exchange(traffic.client(source=source), PORT, get("/")).seen.server
        for source in SOURCES
        for _ in range(3)
    ]
    assert Counter(served) == {"a": 6, "b": 6, "c": 6}
    assert all(len(set(served[n : n + 3])) == 1 for n in range(0, len(served), 3))


def _cookie_line(answer: Answer) -> str:
    """The header line of a client that got this answer."""
    return f"Cookie: other=1; {answer.headers['set-cookie'].partition(';')[0]}"


def _sticky(persistence: Persistence, servers: Sequence[Server]) -> Pool:
    return pool(*(server.backend() for server in servers), persistence=persistence)


def _by_source(engine: Engine, servers: Sequence[Server], **settings: object) -> LoadBalancer:
    return balancer(engine, listener(_sticky(SOURCE, servers)), **settings)


def _served(traffic: Traffic, family: Family) -> dict[int, str]:
    """Which backend serves each source."""
    found: dict[int, str] = {}
    for source in SOURCES:
        with traffic.client(source=source, family=family).talk(PORT) as session:
            found[source] = session.greeting.server
    return found


def _wait_for_tables(edges: list[Edge], sources: int) -> None:
    """Until every node knows so many sources; nodes tell each other within milliseconds."""
    for edge in edges:
        wait_until(
            "the node knows the sources", lambda edge=edge: _known(edge) == sources, timeout_s=10
        )


def _known(edge: Edge) -> int:
    url = edge.plan.health_url.replace("healthz", "metrics?scope=sticktable")
    metrics = edge.get(url).text
    line = next(x for x in metrics.splitlines() if x.startswith("haproxy_sticktable_used{"))
    return int(float(line.split()[-1]))


def _wait_until_it_can_teach(edge: Edge) -> None:
    """A HAProxy that has just started waits 5 s for tables of a worker that it might replace, and
    until then tells nobody that its own are complete."""
    wait_until("the tables are complete", lambda: _flags(edge) & _RESYNCED == _RESYNCED, 20)


def _flags(edge: Edge) -> int:
    found = re.search(r"id=nodes .*?flags=(0x[0-9a-f]+)", _ask(edge, "show peers"))
    assert found is not None
    return int(found[1], 16)


def _ask(edge: Edge, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(5)
        admin.connect(f"/proc/{edge.master}/root{ADMIN_SOCKET}")
        admin.sendall(command.encode() + b"\n")
        return b"".join(iter(lambda: admin.recv(4096), b"")).decode()
