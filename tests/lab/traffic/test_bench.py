"""The bench itself: what its clients and servers tell is what happened."""

import pytest

from components.model.capabilities import Engine
from lab.drill.waiting import wait_until
from tests.authority import Authority
from tests.lab.traffic.addresses import Family, address
from tests.lab.traffic.clients.flood import Flood
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.web import Seen, seen
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.proxy_protocol import ProxyHeader
from tests.lab.traffic.tls import ClientTls, served_certificate, server_context
from tests.lab.traffic.traffic import Traffic


def test_the_whole_way_is_seen_from_both_ends(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("a", family=family)
    traffic.edge(balancer(engine, listener(pool(server.backend()))))
    with traffic.client(3, family=family).http() as web:
        told = seen(web.get(f"http://some.host:{PORT}/path%20?q=1", headers={"X-One": "1"}))
    assert told.server == "a"
    assert told.path == "/path%20?q=1"
    assert told.headers["host"] == [f"some.host:{PORT}"]
    assert told.headers["x-one"] == ["1"]
    assert told.peer.version == family


def test_tls_is_seen_from_both_ends(traffic: Traffic, engine: Engine, authority: Authority) -> None:
    issued = authority.server("some.host")
    server = traffic.web_server("a", tls=server_context(issued))
    lines = traffic.line_server("b", tls=server_context(issued, clients=authority))
    traffic.edge(
        balancer(
            engine,
            listener(pool(server.backend())),
            listener(pool(lines.backend(), name="lines"), port=8001),
        )
    )
    client = traffic.client()
    with client.http(tls=ClientTls(server_name="some.host", authority=authority)) as web:
        assert seen(web.get(f"https://some.host:{PORT}/")).server == "a"
    own = ClientTls(
        server_name="some.host", authority=authority, certificate=authority.client("me")
    )
    with client.talk(8001, tls=own) as session:
        assert session.ask("x") == "x"
    with client.connect_tls(8001, own) as session:
        assert served_certificate(session) == issued.parsed


def test_websocket_and_grpc_go_through(traffic: Traffic, engine: Engine, family: Family) -> None:
    web, rpc = traffic.web_server("a", family=family), traffic.rpc_server("b", family=family)
    traffic.edge(
        balancer(
            engine,
            listener(pool(web.backend())),
            listener(pool(rpc.backend(), name="rpc"), port=8001),
        )
    )
    client = traffic.client(family=family)
    with client.websocket(PORT) as session:
        assert session.recv() == "a"
        session.send("hello")
        assert session.recv() == "hello"
    with client.grpc(8001) as channel:
        assert channel.unary_unary("/bench.Echo/Echo")(b"x", timeout=5) == b"b: x"
        assert list(channel.unary_stream("/bench.Echo/Count")(b"3", timeout=5)) == [
            b"1",
            b"2",
            b"3",
        ]


def test_grpc_over_tls_goes_through(traffic: Traffic, engine: Engine, authority: Authority) -> None:
    rpc = traffic.rpc_server("b", certificate=authority.server("some.host"))
    traffic.edge(balancer(engine, listener(pool(rpc.backend()))))
    tls = ClientTls(server_name="some.host", authority=authority)
    with traffic.client().grpc(PORT, tls=tls) as channel:
        assert channel.unary_unary("/bench.Echo/Echo")(b"x", timeout=5) == b"b: x"


@pytest.mark.parametrize("version", [1, 2])
def test_a_proxy_header_is_read_as_it_was_sent(
    traffic: Traffic, engine: Engine, family: Family, version: int
) -> None:
    lines = traffic.line_server("a", reads_proxy=True)
    web = traffic.web_server("b", reads_proxy=True)
    traffic.edge(
        balancer(
            engine,
            listener(pool(lines.backend())),
            listener(pool(web.backend(), name="web"), port=8001),
        )
    )
    client = traffic.client()
    sent = ProxyHeader(version, address(105, family), 1234, address(106, family), 443)
    with client.talk(PORT, proxy=sent) as session:
        assert session.greeting.proxy == sent
    with client.connect(8001, proxy=sent) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: plain.recv(65536), b""))
    assert Seen.model_validate_json(answer.partition(b"\r\n\r\n")[2]).proxy_source == sent.source


def test_a_server_that_stops_or_is_mute_is_told_apart(traffic: Traffic, engine: Engine) -> None:
    mute = traffic.line_server("mute", mute=True)
    stopped = traffic.line_server("stopped")
    traffic.edge(
        balancer(
            engine,
            listener(pool(mute.backend())),
            listener(pool(stopped.backend(), name="stopped"), port=8001),
        )
    )
    client = traffic.client()
    assert client.attempt(PORT, timeout_s=0.3) is Outcome.TIMED_OUT
    with client.talk(8001) as session:
        stopped.stop()
        with pytest.raises(ConnectionError):
            session.ask("are you there?")
    assert client.attempt(8001) in {Outcome.RESET, Outcome.CLOSED, Outcome.REFUSED}
    stopped.start()
    wait_until("it serves again", lambda: client.attempt(8001) is Outcome.SERVED, 5)


def test_a_flood_is_counted_and_ends(traffic: Traffic, engine: Engine) -> None:
    server = traffic.line_server("a")
    traffic.edge(balancer(engine, listener(pool(server.backend()))))
    with Flood(traffic.client(), PORT, most=200) as flood:
        assert traffic.client(1).attempt(PORT) is Outcome.SERVED
        wait_until("it has made them all", lambda: flood.outcomes[Outcome.SERVED] >= 200, 30)
    assert flood.outcomes == {Outcome.SERVED: 200}


def test_a_take_over_moves_new_connections_to_the_other_node(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.line_server("a", family=family)
    lb = balancer(engine, listener(pool(server.backend())))
    traffic.edge(lb, node="lb1")
    traffic.edge(lb, node="lb2")
    client = traffic.client(family=family)
    with client.talk(PORT) as before:
        traffic.take_over("lb2")
        with client.talk(PORT) as after:
            assert after.greeting.peer != before.greeting.peer
