"""Valid models for tests: one sample, and hypothesis strategies around it."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st

from components.model.backend import Backend
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer, Observability, Reach, Stats
from components.model.node import Node
from components.model.pool import Balance, Pool
from components.model.profile import PROFILES, ProfileName
from components.model.vip import Vip

CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def sample(profile: ProfileName = ProfileName.FAST, **changes: object) -> LoadBalancer:
    """A dual-stack pair before three kube-apiservers; `changes` replace fields."""
    timers = PROFILES[profile]
    check = HealthCheck(
        ca=CA,
        interval_ms=timers.interval_ms,
        fast_interval_ms=timers.fast_interval_ms,
        timeout_ms=timers.timeout_ms,
        fall=timers.fall,
        rise=timers.rise,
    )
    pool = Pool(
        name="kube-apiservers",
        connect_timeout_ms=timers.connect_timeout_ms,
        health_check=check,
        backends=tuple(
            Backend(name=f"cp{i}", address=IPv4Address(f"198.18.0.2{i}")) for i in (1, 2, 3)
        ),
    )
    values: dict[str, object] = {
        "name": "control-plane",
        "nodes": (
            Node.model_validate(
                {
                    "name": "lb1",
                    "addresses": ["198.18.0.11/24", "2001:2:0:1::11/64"],
                    "priority": 150,
                }
            ),
            Node.model_validate(
                {
                    "name": "lb2",
                    "addresses": ["198.18.0.12/24", "2001:2:0:1::12/64"],
                    "priority": 100,
                }
            ),
        ),
        "vips": (
            Vip(address=IPv4Address("198.18.0.10"), vrid=51),
            Vip(address=IPv6Address("2001:2:0:1::10"), vrid=52),
        ),
        "vrrp": timers.vrrp,
        "listeners": (Listener(name="kube-apiserver", port=6443, pool=pool),),
        **changes,
    }
    return LoadBalancer.model_validate(values)


names = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True)


@st.composite
def backends(draw: st.DrawFn) -> tuple[Backend, ...]:
    """One to six backends with distinct names and addresses; the first one serves."""
    count = draw(st.integers(1, 6))
    chosen = draw(st.lists(names, min_size=count, max_size=count, unique=True))
    return tuple(
        Backend(
            name=name,
            address=draw(
                st.sampled_from((IPv4Address(f"198.18.1.{i + 1}"), IPv6Address(f"2001:2::{i + 1}")))
            ),
            port=draw(st.integers(1, 65535)),
            weight=draw(st.integers(1, 256)),
            backup=i > 0 and draw(st.booleans()),
            drain=i > 0 and draw(st.booleans()),
        )
        for i, name in enumerate(chosen)
    )


health_checks = st.builds(
    HealthCheck,
    kind=st.sampled_from(HealthCheckKind),
    ca=st.just(CA),
    interval_ms=st.integers(100, 60_000),
    fast_interval_ms=st.integers(100, 60_000),
    timeout_ms=st.integers(50, 60_000),
    fall=st.integers(1, 10),
    rise=st.integers(1, 10),
).flatmap(
    lambda check: st.booleans().map(
        lambda asked: check.model_copy(
            update={"client_certificate": asked and check.kind is HealthCheckKind.HTTPS}
        )
    )
)

pools = st.builds(
    Pool,
    name=names,
    backends=backends(),
    balance=st.sampled_from([b for b in Balance if b is not Balance.ROUND_ROBIN]),
    health_check=st.one_of(st.none(), health_checks),
    connect_timeout_ms=st.integers(50, 60_000),
    retries=st.integers(0, 10),
    slow_start_ms=st.sampled_from((0, 1000, 60_000)),
    close_sessions_of_dead_backend=st.booleans(),
    reject_when_empty=st.booleans(),
)


@st.composite
def load_balancers(draw: st.DrawFn) -> LoadBalancer:
    """Load balancers of one to four nodes with every option drawn."""
    listener_names = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    drawn = [draw(pools) for _ in listener_names]
    listeners = tuple(
        Listener(
            name=f"front-{name}",
            port=7000 + i,
            pool=pool.model_copy(update={"name": f"pool{i}-{pool.name}"}),
        )
        for i, (name, pool) in enumerate(zip(listener_names, drawn, strict=True))
    )
    count = draw(st.integers(1, 4))
    priorities = draw(st.lists(st.integers(1, 254), min_size=count, max_size=count))
    nodes = tuple(
        Node.model_validate(
            {
                "name": f"lb{i}",
                "addresses": [f"198.18.0.1{i}/24", f"2001:2:0:1::1{i}/64"],
                "priority": priority,
            }
        )
        for i, priority in enumerate(priorities)
    )
    full = sample()
    return sample(
        draw(st.sampled_from(ProfileName)),
        name=draw(names),
        nodes=nodes,
        vips=draw(st.sampled_from((full.vips, full.vips[:1], full.vips[1:]))),
        listeners=listeners,
        max_connections=draw(st.integers(1, 100_000)),
        stats=Stats(enabled=draw(st.booleans()), reach=draw(st.sampled_from(Reach))),
        observability=Observability(reach=draw(st.sampled_from(Reach))),
    )
