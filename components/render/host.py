"""The plan of one host: every file, service and check, from the model."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address

from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer, Reach
from components.model.node import Node
from components.render.engine_plan import EnginePlan
from components.render.environment import render_template
from components.render.haproxy.service import haproxy_plan
from components.render.keepalived import render_keepalived
from components.render.layout import (
    CURRENT,
    KEEPALIVED_CONF,
    KEEPALIVED_DROP_IN,
    SYSCTL_CONF,
)
from components.render.nginx.service import nginx_plan
from components.render.plan import HostPlan, ManagedFile, ServicePlan
from components.render.secrets import secret_file_names

_ENGINES: Mapping[Engine, Callable[[LoadBalancer, Node], EnginePlan]] = {
    Engine.HAPROXY: haproxy_plan,
    Engine.NGINX: nginx_plan,
}


def host_plan(lb: LoadBalancer, node: Node) -> HostPlan:
    """What `node` must hold and run to be a part of `lb`.

    Nodes, VIPs and listeners are the same in any order.
    """
    lb = _in_order(lb)
    engine = _ENGINES[lb.engine](lb, node)
    keepalived = render_keepalived(lb, node)
    local = f"http://127.0.0.1:{lb.observability.port}"
    ports = tuple(listener.port for listener in lb.listeners)
    peers = tuple(a.ip for n in lb.nodes if n.name != node.name for a in n.addresses)
    return HostPlan(
        node=node.name,
        packages=(*engine.packages, "keepalived", "curl"),
        files=(*engine.files, keepalived, *_system_files(lb)),
        services=(
            engine.service,
            ServicePlan(
                name="keepalived",
                files=(keepalived.path,),
                drop_in=KEEPALIVED_DROP_IN,
                validate=f"keepalived --config-test --use-file={{release}}/{KEEPALIVED_CONF}",
            ),
        ),
        sysctl=SYSCTL_CONF,
        interface=lb.vips[0].interface,
        vips=tuple(vip.address for vip in lb.vips),
        node_addresses=tuple(a.ip for a in node.addresses),
        peer_addresses=peers,
        listeners=(
            *((vip.address, port) for vip in lb.vips for port in ports),
            (ip_address("127.0.0.1"), lb.observability.port),
        ),
        health_url=f"{local}/healthz",
        revision_url=f"{local}/revision",
        revision=engine.revision,
        file_descriptors=node.file_limit,
        settle_seconds=settle_seconds(lb),
        vrrp_quiet_seconds=quiet_seconds(lb),
        secrets_link=engine.secrets_link if secret_file_names(lb) else None,
        secrets_pin=engine.secrets_pin,
        engine_readable_secrets=engine.engine_readable_secrets,
        engine_group=engine.engine_group,
        managed_ports=(*ports, *_reachable_ports(lb)),
    )


def _in_order(lb: LoadBalancer) -> LoadBalancer:
    return lb.model_copy(
        update={
            "nodes": tuple(sorted(lb.nodes, key=lambda node: node.name)),
            "vips": tuple(sorted(lb.vips, key=lambda vip: vip.version)),
            "listeners": tuple(sorted(lb.listeners, key=lambda listener: listener.name)),
        }
    )


def _reachable_ports(lb: LoadBalancer) -> tuple[int, ...]:
    observability = (lb.observability.port,) if lb.observability.reach is Reach.NODE else ()
    stats = (lb.stats.port,) if lb.stats.enabled and lb.stats.reach is Reach.NODE else ()
    peers = (lb.peers_port,) if lb.shares_tables else ()
    return (*observability, *stats, *peers)


def settle_seconds(lb: LoadBalancer) -> float:
    """Longest time from starting keepalived until a VIP has one holder, preemption included."""
    return quiet_seconds(lb) + lb.vrrp.preempt_delay_s


def quiet_seconds(lb: LoadBalancer) -> float:
    """Longest time from starting keepalived until the node may take a VIP that it hears nobody
    hold: the local check rises, then three intervals and skew without advertisement (RFC 9568)."""
    vrrp = lb.vrrp
    rise = vrrp.script_rise * (vrrp.script_interval_s + vrrp.script_timeout_s)
    return rise + 4 * vrrp.advertisement_interval_ms / 1000


def _system_files(lb: LoadBalancer) -> tuple[ManagedFile, ...]:
    return (
        ManagedFile(
            path=KEEPALIVED_DROP_IN,
            content=render_template(
                "systemd/keepalived.conf.j2", config=f"{CURRENT}/{KEEPALIVED_CONF}"
            ),
        ),
        ManagedFile(
            path=SYSCTL_CONF,
            content=render_template(
                "systemd/sysctl.conf.j2", versions=sorted(vip.version for vip in lb.vips)
            ),
        ),
    )
