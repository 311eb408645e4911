"""How clients are refused while no backend is up: by a reset, or by an orderly close."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.tls import Tls
from lab.drill.waiting import wait_until
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

NAME = "www.example.org"
REFUSED = (Outcome.REFUSED, Outcome.RESET, Outcome.CLOSED)
PATIENCE_S = 1.0


@pytest.mark.proves(Feature.CLOSE_WHEN_EMPTY)
@pytest.mark.parametrize(("rejects", "how"), [(True, Outcome.RESET), (False, Outcome.CLOSED)])
def test_clients_are_reset_or_closed_in_order_as_it_is_set(
    traffic: Traffic, engine: Engine, family: Family, rejects: bool, how: Outcome
) -> None:
    server = traffic.line_server("a", family=family)
    traffic.edge(balancer(engine, listener(pool(server.backend(), reject_when_empty=rejects))))
    server.stop()
    client = traffic.client(family=family)
    wait_until("it is down", lambda: client.attempt(PORT) in REFUSED, 5)
    wait_until("it is known", lambda: client.attempt(PORT, timeout_s=PATIENCE_S) is how, 5)
    assert {client.attempt(PORT, timeout_s=PATIENCE_S) for _ in range(5)} == {how}


@pytest.mark.proves(Feature.CLOSE_WHEN_EMPTY, Feature.TLS_TERMINATION)
@pytest.mark.parametrize("rejects", [True, False], ids=["reset", "closed"])
def test_no_tls_handshake_is_made_with_whom_a_reset_refuses(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority, rejects: bool
) -> None:
    server = traffic.line_server("a", family=family)
    issued = authority.server(NAME)
    served = listener(
        pool(server.backend(), reject_when_empty=rejects),
        tls=Tls(certificates=certificates(web=issued)),
    )
    traffic.edge(balancer(engine, served), secret_files(web=issued))
    server.stop()
    client, tls = traffic.client(family=family), ClientTls(server_name=NAME, authority=authority)
    wait_until("it is down", lambda: client.attempt(PORT, tls=tls) in REFUSED, 5)

    def handshake() -> bool:
        try:
            with client.connect_tls(PORT, tls, timeout_s=PATIENCE_S) as session:
                assert session.recv(1) == b""
        except ConnectionResetError:
            return False
        return True

    wait_until("it is known", lambda: handshake() is not rejects, 5)
    assert [handshake() for _ in range(5)] == [not rejects] * 5
