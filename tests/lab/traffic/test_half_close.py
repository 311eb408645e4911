"""A client may end its side first, as `nc` and rsync do."""

import socket

from components.model.capabilities import Engine
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

LINES = b"x" * 99 + b"\n"
SAID = LINES * 2000


def test_a_client_that_has_said_all_still_gets_the_whole_answer(
    traffic: Traffic, engine: Engine
) -> None:
    server = traffic.line_server("a")
    traffic.edge(balancer(engine, listener(pool(server.backend()))))
    with traffic.client().talk(PORT) as session:
        session.socket.sendall(SAID)
        session.socket.shutdown(socket.SHUT_WR)
        heard = 0
        while received := session.socket.recv(65536):
            heard += len(received)
    assert heard == len(SAID)
