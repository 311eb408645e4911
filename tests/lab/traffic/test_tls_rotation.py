"""Certificates change under connections: none fails, new ones see the new one at once."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.tls import Tls
from tests.authority import Authority, Issued
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.flood import Flood
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.edge import EdgeError
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.server import Server
from tests.lab.traffic.tls import ClientTls, served_certificate
from tests.lab.traffic.traffic import Traffic

NAME = "www.example.org"
ROTATIONS = 4


def ending(engine: Engine, server: Server, issued: Issued) -> LoadBalancer:
    """One that ends TLS with this certificate."""
    tls = Tls(certificates=certificates(web=issued))
    return balancer(engine, listener(pool(server.backend()), tls=tls))


@pytest.mark.proves(Feature.CERTIFICATE_ROTATION)
def test_a_rotation_fails_no_connection_and_is_seen_at_once(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    server = traffic.line_server("a", family=family)
    first = authority.server(NAME)
    edge = traffic.edge(ending(engine, server, first), secret_files(web=first))
    client, verified = (
        traffic.client(family=family),
        ClientTls(server_name=NAME, authority=authority),
    )
    held = client.talk(PORT, tls=verified)
    with Flood(traffic.client(1, family=family), PORT, tls=verified, most=20_000) as flood:
        for _ in range(ROTATIONS):
            renewed = authority.server(NAME)
            edge.reload(ending(engine, server, renewed), secret_files(web=renewed))
            with client.connect_tls(PORT, verified) as session:
                assert served_certificate(session) == renewed.parsed
    assert set(flood.outcomes) == {Outcome.SERVED}
    assert flood.outcomes[Outcome.SERVED] > ROTATIONS
    assert held.ask("still here") == "still here"
    held.close()


@pytest.mark.proves(Feature.CERTIFICATE_ROTATION)
def test_a_key_that_does_not_fit_changes_nothing(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    """Preview refuses it; a host would too."""
    server = traffic.line_server("a")
    first, renewed = authority.server(NAME), authority.server(NAME)
    edge = traffic.edge(ending(engine, server, first), secret_files(web=first))
    mixed = Issued(certificate=renewed.certificate, key=first.key)
    with pytest.raises(EdgeError, match="key"):
        edge.reload(ending(engine, server, mixed), secret_files(web=mixed))
    with traffic.client().connect_tls(PORT, ClientTls(server_name=NAME)) as session:
        assert served_certificate(session) == first.parsed
