"""Prometheus metrics on the node's own pages, or none."""

import pytest

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic


@pytest.mark.proves(Feature.METRICS)
def test_metrics_count_the_connections_of_each_backend(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    lb = balancer(engine, listener(pool(traffic.line_server("a", family=family).backend())))
    edge = traffic.edge(lb)
    assert traffic.client(family=family).spread(PORT, 7) == {"a": 7}
    metrics = edge.get(f"http://127.0.0.1:{lb.observability.port}/metrics").text
    assert 'haproxy_server_sessions_total{proxy="pool",server="a"} 7' in metrics


def test_an_engine_without_metrics_answers_404(traffic: Traffic, engine: Engine) -> None:
    if CAPABILITIES[engine].has(Feature.METRICS):
        pytest.skip(f"{engine.value} has metrics")
    lb = balancer(engine, listener(pool(traffic.line_server("a").backend())))
    edge = traffic.edge(lb)
    local = f"http://127.0.0.1:{lb.observability.port}"
    assert edge.get(f"{local}/healthz").status_code == 200
    assert edge.get(f"{local}/metrics").status_code == 404
