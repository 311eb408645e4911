"""What a change of the configuration does to connections."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.flood import Flood
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic


@pytest.mark.proves(Feature.HITLESS_RELOAD)
def test_reloads_fail_no_connection(traffic: Traffic, engine: Engine, family: Family) -> None:
    server = traffic.line_server("a", family=family)
    settings = [
        balancer(engine, listener(pool(server.backend(weight=weight)))) for weight in range(1, 6)
    ]
    edge = traffic.edge(settings[0])
    with Flood(traffic.client(family=family), PORT, most=20_000) as flood:
        for lb in settings[1:]:
            edge.reload(lb)
    assert set(flood.outcomes) == {Outcome.SERVED}, edge.syslog.lines


@pytest.mark.proves(Feature.DRAIN)
def test_a_drained_backend_finishes_and_gets_nothing_new(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    leaving, staying = (traffic.line_server(name, family=family) for name in ("leaving", "staying"))
    both = pool(leaving.backend(), staying.backend())
    edge = traffic.edge(balancer(engine, listener(both)))
    client = traffic.client(family=family)
    held = [client.talk(PORT) for _ in range(4)]
    drained = pool(leaving.backend(drain=True), staying.backend())
    with Flood(traffic.client(1, family=family), PORT, most=20_000) as flood:
        edge.reload(balancer(engine, listener(drained)))
        assert client.spread(PORT, 50) == {"staying": 50}
    assert set(flood.outcomes) == {Outcome.SERVED}
    assert {session.greeting.server for session in held} == {"leaving", "staying"}
    for session in held:
        assert session.ask("still here") == "still here"
        session.close()
