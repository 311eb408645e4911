"""`passive: true` takes nothing from an engine that makes checks of its own."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.health_check import HealthCheckKind
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.models import CHECK, PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

ENGINE = pytest.mark.parametrize("engine", [Engine.HAPROXY], ids=str, indirect=True)
REFUSED = (Outcome.REFUSED, Outcome.RESET, Outcome.CLOSED)


@ENGINE
@pytest.mark.proves(Feature.PASSIVE_CHECKS, Feature.ACTIVE_CHECKS)
def test_a_backend_that_accepts_and_never_answers_is_still_noticed(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    asked = {"kind": HealthCheckKind.HTTP, "path": "/status/200", "passive": True}
    server = traffic.web_server("web", family=family)
    checked = pool(server.backend(), health_check=CHECK.model_copy(update=asked))
    traffic.edge(balancer(engine, listener(checked)))
    client = traffic.client(family=family)
    assert client.attempt(PORT, timeout_s=0.2) not in REFUSED
    server.mute = True
    wait_until("it is out", lambda: client.attempt(PORT, timeout_s=0.2) in REFUSED, 5)
