"""Plans for one machine on the bench, from the real renderers."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from components.model.load_balancer import LoadBalancer, Stats
from components.model.node import Node, OsFamily
from components.render.host import host_plan
from components.render.plan import HostPlan, ManagedFile
from components.render.transaction import FAMILIES, render_removal, render_transaction
from tests.lab.hosts.bench import ADDRESSES
from tests.unit.certificates import self_signed
from tests.unit.models import sample

VIP = IPv4Address("198.18.0.10")


def node_plan(node: str = "lb1", hosts: tuple[str, ...] = ("lb1",), **changes: object) -> HostPlan:
    """A node of a load balancer on `hosts`, without a statistics page unless `changes` say so."""
    values: dict[str, Any] = {
        "nodes": tuple(_node(host) for host in hosts),
        "max_connections": 2000,
        "stats": Stats(enabled=False),
        **changes,
    }
    balancer: LoadBalancer = sample(**values)
    pool = balancer.listeners[0].pools[0]
    assert pool.health_check is not None
    check = pool.health_check.model_copy(update={"ca": self_signed("authority")})
    listener = balancer.listeners[0].model_copy(
        update={"pool": pool.model_copy(update={"health_check": check})}
    )
    balancer = balancer.model_copy(update={"listeners": (listener,)})
    return host_plan(balancer, next(n for n in balancer.nodes if n.name == node))


def _node(host: str) -> Node:
    number = ADDRESSES[host].rpartition(".")[2]
    return Node.model_validate(
        {
            "name": host,
            "addresses": [f"{ADDRESSES[host]}/24", f"2001:2:0:1::{number}/64"],
            "priority": {"lb1": 150, "lb2": 100}[host],
            "file_limit": 20_000,
        }
    )


def with_haproxy_line(plan: HostPlan, line: str) -> HostPlan:
    """The plan with one more line at the end of haproxy.cfg."""
    return _with_line(plan, "haproxy/haproxy.cfg", line)


def with_keepalived_line(plan: HostPlan, line: str) -> HostPlan:
    """The plan with one more line at the end of keepalived.conf."""
    return _with_line(plan, "keepalived/keepalived.conf", line)


def with_haproxy_start_line(plan: HostPlan, line: str) -> HostPlan:
    """The plan with one more line at the end of HAProxy's systemd drop-in."""
    return _with_line(plan, "systemd/haproxy.conf", line)


def _with_line(plan: HostPlan, path: str, line: str) -> HostPlan:
    return replace(
        plan,
        files=tuple(
            ManagedFile(path=f.path, content=f"{f.content}{line}\n", mode=f.mode)
            if f.path == path
            else f
            for f in plan.files
        ),
    )


def transaction(
    plan: HostPlan, reference: str | None = None, family: OsFamily = OsFamily.DEBIAN
) -> str:
    return render_transaction(plan, FAMILIES[family], reference)


def removal(plan: HostPlan) -> str:
    return render_removal(plan, FAMILIES[OsFamily.DEBIAN])
