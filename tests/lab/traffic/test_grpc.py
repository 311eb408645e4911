"""gRPC through a listener: unary and streaming calls, in clear and re-encrypted to backends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import grpc
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from tests.authority import Authority, Issued
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.models import CHECK, PORT, balancer, listener, pool
from tests.lab.traffic.servers.rpc import SERVICE
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

TIMEOUT_S = 10
TUNNEL_MS = 2000
SLACK_S = 1.5
NAME = "rpc.example.org"


@pytest.mark.proves(Feature.GRPC, Feature.HTTP2)
@pytest.mark.parametrize("encrypted", [False, True], ids=["clear", "reencrypted"])
def test_unary_calls_and_streams_reach_backends_of_a_grpc_pool(
    traffic: Traffic, engine: Engine, authority: Authority, family: Family, encrypted: bool
) -> None:
    certificate = authority.server("backend.example.org") if encrypted else None
    backend_tls = {"ca": authority.certificate, "serverName": "backend.example.org"}
    servers = [
        traffic.rpc_server(name, family=family, certificate=certificate) for name in ("a", "b")
    ]
    backends = pool(
        *(server.backend() for server in servers),
        protocol="h2",
        tls=backend_tls if encrypted else None,
    )
    issued = authority.server(NAME)
    served = listener(backends, mode="http", tls={"certificates": certificates(rpc=issued)})
    traffic.edge(balancer(engine, served), secret_files(rpc=issued))
    client, tls = traffic.client(family=family), ClientTls(server_name=NAME, authority=authority)
    with client.grpc(PORT, tls=tls) as channel:
        answers = {_echo(channel, f"call {n}") for n in range(4)}
        numbers = [int(n) for n in _count(channel, 1000)]
    assert answers == {f"{'ab'[n % 2]}: call {n}" for n in range(4)} or answers == {
        f"{'ba'[n % 2]}: call {n}" for n in range(4)
    }
    assert numbers == list(range(1, 1001))


@pytest.mark.proves(Feature.GRPC, Feature.LONG_LIVED)
def test_a_grpc_stream_may_be_silent_for_longer_than_a_request(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    with _idle_stream_channel(traffic, engine, family, authority, tunnel_ms=60_000) as channel:
        relay = channel.stream_stream(f"/{SERVICE}/Relay")
        assert list(relay(_slow_words(2.5), timeout=TIMEOUT_S)) == [b"first", b"second"]


@pytest.mark.proves(Feature.GRPC, Feature.LONG_LIVED)
def test_a_grpc_stream_that_stays_silent_ends_after_the_tunnel_time(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    with _idle_stream_channel(traffic, engine, family, authority, tunnel_ms=TUNNEL_MS) as channel:
        relay = channel.stream_stream(f"/{SERVICE}/Relay")
        answers = relay(_slow_words(TIMEOUT_S), timeout=2 * TIMEOUT_S)
        assert next(answers) == b"first"
        begun = time.monotonic()
        with pytest.raises(grpc.RpcError):
            next(answers)
        took = time.monotonic() - begun
    assert TUNNEL_MS / 1000 - 0.1 <= took <= TUNNEL_MS / 1000 + SLACK_S


@pytest.mark.proves(Feature.GRPC, Feature.LONG_LIVED)
def test_a_grpc_stream_outlives_a_reload(
    traffic: Traffic, engine: Engine, authority: Authority, family: Family
) -> None:
    issued: Issued = authority.server(NAME)
    server = traffic.rpc_server("a", family=family)
    served = listener(
        pool(server.backend(), protocol="h2"),
        mode="http",
        tls={"certificates": certificates(rpc=issued)},
    )
    edge = traffic.edge(balancer(engine, served), secret_files(rpc=issued))
    reloaded = Event()

    def words() -> Iterator[bytes]:
        yield b"before"
        assert reloaded.wait(TIMEOUT_S)
        yield b"after"

    tls = ClientTls(server_name=NAME, authority=authority)
    with traffic.client(family=family).grpc(PORT, tls=tls) as channel:
        answers = channel.stream_stream(f"/{SERVICE}/Relay")(words(), timeout=2 * TIMEOUT_S)
        assert next(answers) == b"before"
        edge.reload(balancer(engine, served, hard_stop_after_s=600))
        reloaded.set()
        assert next(answers) == b"after"


@pytest.mark.proves(Feature.GRPC_BODY_LIMIT)
def test_a_grpc_call_beyond_the_size_limit_is_refused(
    traffic: Traffic, engine: Engine, authority: Authority, family: Family
) -> None:
    issued: Issued = authority.server(NAME)
    served = listener(
        pool(traffic.rpc_server("a", family=family).backend(), protocol="h2"),
        mode="http",
        http={"maxBodyBytes": 1000},
        tls={"certificates": certificates(rpc=issued)},
    )
    traffic.edge(balancer(engine, served), secret_files(rpc=issued))
    tls = ClientTls(server_name=NAME, authority=authority)
    with traffic.client(family=family).grpc(PORT, tls=tls) as channel:
        assert _echo(channel, "short") == "a: short"
        with pytest.raises(grpc.RpcError):
            _echo(channel, "x" * 2000)
        assert _echo(channel, "again") == "a: again"


@contextmanager
def _idle_stream_channel(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority, *, tunnel_ms: int
) -> Iterator[grpc.Channel]:
    """Through an edge whose requests may be silent for 1 s, and whose streams for `tunnel_ms`."""
    issued: Issued = authority.server(NAME)
    served = listener(
        pool(traffic.rpc_server("a", family=family).backend(), protocol="h2", health_check=CHECK),
        mode="http",
        tls={"certificates": certificates(rpc=issued)},
        timeouts={"clientMs": 1000, "serverMs": 1000, "tunnelMs": tunnel_ms},
    )
    traffic.edge(balancer(engine, served), secret_files(rpc=issued))
    tls = ClientTls(server_name=NAME, authority=authority)
    with traffic.client(family=family).grpc(PORT, tls=tls) as channel:
        yield channel


def _slow_words(silence_s: float) -> Iterator[bytes]:
    yield b"first"
    time.sleep(silence_s)
    yield b"second"


def _echo(channel: grpc.Channel, text: str) -> str:
    call = channel.unary_unary(f"/{SERVICE}/Echo")
    return call(text.encode(), timeout=TIMEOUT_S, wait_for_ready=True).decode()


def _count(channel: grpc.Channel, last: int) -> Iterator[bytes]:
    return channel.unary_stream(f"/{SERVICE}/Count")(str(last).encode(), timeout=TIMEOUT_S)
