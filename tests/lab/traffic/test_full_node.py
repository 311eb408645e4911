"""A node with as many connections as it may have."""

from contextlib import ExitStack

import pytest

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.edge import Edge
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

MOST = 20
SOURCES = 4


@pytest.mark.proves(Feature.CONNECTION_LIMIT)
def test_one_connection_too_many_waits_until_another_ends(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    _edge(traffic, engine, family)
    with ExitStack() as held:
        sessions = [
            held.enter_context(traffic.client(n % SOURCES, family=family).talk(PORT))
            for n in range(MOST)
        ]
        waiting = traffic.client(family=family).attempt(PORT, timeout_s=0.5)
        assert waiting is Outcome.TIMED_OUT
        assert all(session.ask("still here") == "still here" for session in sessions)
        sessions[0].close()
        assert traffic.client(family=family).attempt(PORT) is Outcome.SERVED


@pytest.mark.proves(Feature.HEALTH_WHEN_FULL)
def test_health_and_the_revision_are_told_while_the_node_is_full(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    edge = _edge(traffic, engine, family)
    with ExitStack() as held:
        for n in range(MOST):
            held.enter_context(traffic.client(n % SOURCES, family=family).talk(PORT))
        waiting = [
            held.enter_context(traffic.client(family=family).connect(PORT)) for _ in range(MOST)
        ]
        assert len(waiting) == MOST
        for _ in range(10):
            assert edge.get(edge.plan.health_url).status_code == 200
            assert edge.get(edge.plan.revision_url).text.strip() == edge.plan.revision


def test_an_engine_without_the_limit_serves_more(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    if CAPABILITIES[engine].has(Feature.CONNECTION_LIMIT):
        pytest.skip(f"{engine.value} has the limit")
    _edge(traffic, engine, family)
    with ExitStack() as held:
        for n in range(2 * MOST):
            held.enter_context(traffic.client(n % SOURCES, family=family).talk(PORT))


def _edge(traffic: Traffic, engine: Engine, family: Family) -> Edge:
    served = listener(pool(traffic.line_server("a", family=family).backend()))
    return traffic.edge(balancer(engine, served, max_connections=MOST))
