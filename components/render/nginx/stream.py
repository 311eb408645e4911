"""Listeners with mode tcp: nginx's `stream` block."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from components.model.listener import Listener, ListenerMode
from components.model.load_balancer import LoadBalancer
from components.render.environment import render_template
from components.render.layout import NGINX_SECRETS_PIN
from components.render.nginx.addresses import listens, socket_options
from components.render.nginx.names import variable
from components.render.nginx.sources import networks, source_zone_kib
from components.render.nginx.templates import PARTS
from components.render.nginx.tls import chosen_by_workers

NO_BACKEND = "no_backend"
"""The upstream that refuses; no pool has an underscore in its name."""

_MAP_WORDS = frozenset({"default", "hostnames", "include", "volatile"})


def stream_block(lb: LoadBalancer) -> str:
    """The block, empty without such listeners."""
    listeners = [x for x in lb.listeners if x.mode is ListenerMode.TCP]
    if not listeners:
        return ""
    return render_template(
        "nginx/stream.conf.j2",
        **PARTS,
        lb=lb,
        listeners=listeners,
        listens=listens,
        socket_options=socket_options,
        networks=networks,
        source_zone_kib=source_zone_kib,
        no_backend=NO_BACKEND,
        secrets_pin=_secrets_pin(listeners),
        pools_by_name=_pools_by_name,
        routed=_routed,
        target=_target,
    )


def _secrets_pin(listeners: Sequence[Listener]) -> str | None:
    """The file to include, beside nginx.conf; none where workers read no secret file."""
    return Path(NGINX_SECRETS_PIN).name if any(map(chosen_by_workers, listeners)) else None


def _pools_by_name(listener: Listener) -> Mapping[str, str]:
    """Pool of each name in SNI, as keys of a `map` with `hostnames`; the order has no meaning."""
    pools = {
        _map_key(name): route.pool.name
        for route in listener.sni_routes
        for name in route.server_names
    }
    return dict(sorted(pools.items()))


def _map_key(name: str) -> str:
    return f"\\{name}" if name in _MAP_WORDS else name


def _routed(listener: Listener) -> str:
    """Where connections go whose source is accepted."""
    if listener.sni_routes:
        return variable("pool", listener)
    return listener.pool.name if listener.pool is not None else NO_BACKEND


def _target(listener: Listener) -> str:
    """Argument of `proxy_pass`."""
    return variable("target", listener) if listener.accept_proxy_from else _routed(listener)
