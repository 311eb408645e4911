"""What an engine knows of its backends outlives a reload."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.models import CHECK, PORT, balancer, listener, pool
from tests.lab.traffic.servers.line import LineServer
from tests.lab.traffic.traffic import Traffic

SLOW = CHECK.model_copy(update={"interval_ms": 4000, "fast_interval_ms": 4000})
"""So slow that clients notice a backend which a reload takes for up: the second one of a pool is
probed half an interval after the start."""


@pytest.mark.proves(Feature.ACTIVE_CHECKS, Feature.HITLESS_RELOAD)
def test_a_reload_does_not_take_a_dead_backend_for_up(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    alive, dead = (traffic.line_server(name, family=family) for name in ("alive", "dead"))
    edge = traffic.edge(_two(engine, alive, dead))
    dead.stop()
    client = traffic.client()
    wait_until(
        "it is down",
        lambda: {client.attempt(PORT) for _ in range(20)} == {Outcome.SERVED},
        10,
    )
    edge.reload(_two(engine, alive, dead, weight=50))
    assert {client.attempt(PORT) for _ in range(20)} == {Outcome.SERVED}


@pytest.mark.proves(Feature.HITLESS_RELOAD)
def test_a_reload_follows_a_backend_to_its_new_port(traffic: Traffic, engine: Engine) -> None:
    before, after = traffic.line_server("before"), traffic.line_server("after", port=9001)
    edge = traffic.edge(balancer(engine, listener(pool(before.backend(name="moving")))))
    client = traffic.client()
    assert client.spread(PORT, 5) == {"before": 5}
    edge.reload(balancer(engine, listener(pool(after.backend(name="moving")))))
    assert client.spread(PORT, 5) == {"after": 5}


def _two(engine: Engine, *servers: LineServer, weight: int = 100) -> LoadBalancer:
    """Two backends and no second attempt: a connection to a dead one fails."""
    both = pool(
        *(server.backend(weight=weight) for server in servers), health_check=SLOW, retries=0
    )
    return balancer(engine, listener(both))
