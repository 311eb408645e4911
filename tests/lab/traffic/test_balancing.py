"""Which backend serves: counted over many connections."""

from components.model.capabilities import Engine
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic


def test_round_robin_gives_each_backend_the_same(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    servers = [traffic.line_server(name, family=family) for name in ("a", "b", "c")]
    traffic.edge(balancer(engine, listener(pool(*(s.backend() for s in servers)))))
    assert traffic.client(family=family).spread(PORT, 300) == {"a": 100, "b": 100, "c": 100}
