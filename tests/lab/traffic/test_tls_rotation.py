"""Certificates change under connections: none fails, new ones see the new one at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.tls import Tls
from lab.drill.waiting import wait_until
from tests.authority import Authority, Issued
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.outcome import Outcome, outcome
from tests.lab.traffic.clients.raw import get, read_answer
from tests.lab.traffic.edge import EdgeError
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.server import Server
from tests.lab.traffic.tls import ClientTls, served_certificate
from tests.lab.traffic.traffic import Traffic

NAME = "www.example.org"
ROTATIONS = 4
BETWEEN = 20
"""Connections that are served before each rotation and after the last one."""


def ending(engine: Engine, server: Server, mode: str = "tcp", **issued: Issued) -> LoadBalancer:
    """One that ends TLS with these certificates."""
    tls = Tls(certificates=certificates(**issued))
    return balancer(engine, listener(pool(server.backend()), mode=mode, tls=tls))


def answered(client: Client, tls: ClientTls) -> Outcome:
    """What became of a request on a connection of its own."""

    def ask() -> None:
        with client.connect_tls(PORT, tls) as session:
            session.sendall(get("/"))
            assert read_answer(session).status == httpx.codes.OK

    return outcome(ask)


@contextmanager
def connecting(client: Client, tls: ClientTls) -> Iterator[Counter[Outcome]]:
    """One connection after another, until it is left; complete then."""
    outcomes, ended = Counter[Outcome](), Event()

    def run() -> None:
        while not ended.is_set():
            outcomes[answered(client, tls)] += 1

    thread = Thread(target=run)
    thread.start()
    try:
        yield outcomes
    finally:
        ended.set()
        thread.join()


@pytest.mark.proves(Feature.CERTIFICATE_ROTATION)
@pytest.mark.parametrize("mode", ["tcp", "http"])
@pytest.mark.parametrize("beside", [0, 2], ids=["one", "several"])
def test_a_rotation_fails_no_connection_and_is_seen_at_once(
    traffic: Traffic,
    engine: Engine,
    family: Family,
    authority: Authority,
    *,
    mode: str,
    beside: int,
) -> None:
    """Of several certificates the last one changes; the others are served as before."""
    server = traffic.web_server("a", family=family)
    others = {f"other{n}": authority.server(f"other{n}.example.org") for n in range(beside)}
    issued = {**others, "web": authority.server(NAME)}
    edge = traffic.edge(ending(engine, server, mode, **issued), secret_files(**issued))
    client = traffic.client(family=family)
    verified = ClientTls(server_name=NAME, authority=authority)
    with connecting(traffic.client(1, family=family), verified) as outcomes:
        for _ in range(ROTATIONS):
            wait_until("it goes on", partial(_served, outcomes, outcomes.total() + BETWEEN), 10)
            issued["web"] = authority.server(NAME)
            edge.reload(ending(engine, server, mode, **issued), secret_files(**issued))
            with client.connect_tls(PORT, verified) as session:
                assert served_certificate(session) == issued["web"].parsed
            for name in others:
                asking = ClientTls(server_name=f"{name}.example.org", authority=authority)
                with client.connect_tls(PORT, asking) as session:
                    assert served_certificate(session) == issued[name].parsed
        wait_until("it goes on", partial(_served, outcomes, outcomes.total() + BETWEEN), 10)
    assert set(outcomes) == {Outcome.SERVED}


@pytest.mark.proves(Feature.CERTIFICATE_ROTATION)
@pytest.mark.parametrize("mode", ["tcp", "http"])
@pytest.mark.parametrize("beside", [0, 2], ids=["one", "several"])
def test_until_its_reload_an_engine_serves_the_certificate_of_its_own_release(
    traffic: Traffic, engine: Engine, authority: Authority, *, mode: str, beside: int
) -> None:
    """A handshake that found the certificate of one release and the key of another would fail."""
    server = traffic.web_server("a")
    others = {f"other{n}": authority.server(f"other{n}.example.org") for n in range(beside)}
    first, renewed = ({**others, "web": authority.server(NAME)} for _ in range(2))
    edge = traffic.edge(ending(engine, server, mode, **first), secret_files(**first))
    verified = ClientTls(server_name=NAME, authority=authority)
    edge.switch(ending(engine, server, mode, **renewed), secret_files(**renewed))
    with traffic.client().connect_tls(PORT, verified) as session:
        assert served_certificate(session) == first["web"].parsed
    edge.reload(ending(engine, server, mode, **renewed), secret_files(**renewed))
    with traffic.client().connect_tls(PORT, verified) as session:
        assert served_certificate(session) == renewed["web"].parsed


@pytest.mark.proves(Feature.CERTIFICATE_ROTATION)
def test_a_session_outlives_the_rotation_of_its_certificate(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    server = traffic.line_server("a", family=family)
    first, renewed = authority.server(NAME), authority.server(NAME)
    edge = traffic.edge(ending(engine, server, web=first), secret_files(web=first))
    verified = ClientTls(server_name=NAME, authority=authority)
    with traffic.client(family=family).talk(PORT, tls=verified) as held:
        edge.reload(ending(engine, server, web=renewed), secret_files(web=renewed))
        assert held.ask("still here") == "still here"


@pytest.mark.proves(Feature.CERTIFICATE_ROTATION)
def test_a_key_that_does_not_fit_changes_nothing(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    """Preview refuses it; a host would too."""
    server = traffic.line_server("a", family=family)
    first, renewed = authority.server(NAME), authority.server(NAME)
    edge = traffic.edge(ending(engine, server, web=first), secret_files(web=first))
    mixed = Issued(certificate=renewed.certificate, key=first.key)
    with pytest.raises(EdgeError, match="key"):
        edge.reload(ending(engine, server, web=mixed), secret_files(web=mixed))
    with traffic.client(family=family).connect_tls(PORT, ClientTls(server_name=NAME)) as session:
        assert served_certificate(session) == first.parsed


def _served(outcomes: Counter[Outcome], so_many: int) -> bool:
    return outcomes[Outcome.SERVED] >= so_many
