"""What an engine without a line per session in its log tells instead."""

import pytest

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic


def test_sessions_are_not_in_the_log_and_their_times_are_in_the_metrics(
    traffic: Traffic, engine: Engine
) -> None:
    if CAPABILITIES[engine].has(Feature.SESSION_TIMING):
        pytest.skip(f"{engine.value} logs each session")
    server = traffic.line_server("a")
    lb = balancer(engine, listener(pool(server.backend())))
    edge = traffic.edge(lb)
    client = traffic.client()
    assert client.spread(PORT, 3) == {"a": 3}
    server.stop()
    edge.syslog.wait_for("pool/a is DOWN")
    assert not [line for line in edge.syslog.lines if str(client.source) in line]
    metrics = edge.get(f"http://127.0.0.1:{lb.observability.port}/metrics").text
    assert 'haproxy_server_connect_time_average_seconds{proxy="pool",server="a"}' in metrics
    assert 'haproxy_server_total_time_average_seconds{proxy="pool",server="a"}' in metrics
