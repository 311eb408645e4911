"""Load balancers of the bench: what a proof leaves out is chosen here."""

from components.model.backend import Backend
from components.model.capabilities import Engine
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer, Stats
from components.model.node import Node
from components.model.pool import Pool
from components.model.profile import PROFILES, ProfileName
from components.model.vip import Vip
from tests.lab.traffic.addresses import EDGES, VIP, Family, address, addresses_of, with_prefix

PORT = 8000
"""Port of a listener that names none."""

CHECK = HealthCheck(
    kind=HealthCheckKind.TCP,
    interval_ms=200,
    fast_interval_ms=100,
    timeout_ms=500,
    fall=1,
    rise=1,
    passive=True,
    max_fails=1,
    fail_timeout_s=1,
)
"""A backend that refuses is noticed within 0.2 s by an engine with active checks, and by its first
failed connection, for 1 s, by one without."""


def pool(*backends: Backend, name: str = "pool", **settings: object) -> Pool:
    """A pool whose backends are checked by connecting; `settings` add and replace."""
    values = {"health_check": CHECK, "slow_start_ms": 0, **settings}
    return Pool.model_validate({"name": name, "backends": backends, **values})


def listener(served: Pool | None, *, port: int = PORT, **settings: object) -> Listener:
    """A listener on `port`; `settings` add and replace."""
    return Listener.model_validate(
        {"name": f"port{port}", "port": port, "pool": served, **settings}
    )


def balancer(engine: Engine, *listeners: Listener, **settings: object) -> LoadBalancer:
    """Two nodes with VIPs of both families, no statistics page; `settings` add and replace."""
    return LoadBalancer.model_validate(
        {
            "name": "bench",
            "engine": engine,
            "nodes": tuple(_node(name) for name in EDGES),
            "vips": tuple(Vip(address=address(VIP, family), vrid=50 + family) for family in Family),
            "vrrp": PROFILES[ProfileName.FAST].vrrp,
            "listeners": listeners,
            "max_connections": 2000,
            "stats": Stats(enabled=False),
            **settings,
        }
    )


def _node(name: str) -> Node:
    return Node.model_validate(
        {
            "name": name,
            "addresses": [with_prefix(a) for a in addresses_of(name)],
            "priority": 150 - EDGES.index(name),
            "file_limit": 20_000,
        }
    )
