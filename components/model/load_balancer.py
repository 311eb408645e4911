"""A load balancer: nodes that share VIPs and serve listeners with one engine."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from components.model.base import Model, refuse
from components.model.capabilities import CAPABILITIES, Capabilities, Engine
from components.model.feature import Feature
from components.model.features_used import features_used
from components.model.listener import Listener
from components.model.machine import HostName
from components.model.network import Network
from components.model.node import Node
from components.model.persistence import PersistenceKind
from components.model.pool import SLOW_START_MS, Pool
from components.model.vip import Vip, Vrrp

RESERVED_CONNECTIONS = 100
"""For the local health check, metrics and statistics. When the engine as a whole is full it accepts
none, and Keepalived would take the VIP from a node that is merely busy."""

RESERVED_NAMES = ("health", "observability", "statistics")
"""What the node's own pages are called in the engine's configuration."""


class Reach(StrEnum):
    """Who can reach an endpoint of a node."""

    LOOPBACK = "loopback"
    NODE = "node"


class Stats(Model):
    """The engine's statistics page (nginx: stub_status); always behind a password."""

    enabled: bool = True
    """Whether there is a statistics page; it needs the secret `statsPassword`. Switching it
    restarts the engine, host after host: the VIP moves once."""
    reach: Reach = Reach.LOOPBACK
    """`loopback`, or `node` for the node's own addresses: plain HTTP, the password is readable on
    that network."""
    port: int = Field(default=8406, ge=1, le=65535)
    """TCP port of the page."""
    user: str = Field(default="admin", pattern=r"^[a-zA-Z0-9._-]{1,64}$")
    """User that may see the page."""
    allowed_cidrs: tuple[Network, ...] = ()
    """Networks that may ask for it, loopback always; none given lets all ask who reach it."""


class Observability(Model):
    """Local health for Keepalived and metrics for Prometheus, on one port."""

    port: int = Field(default=8405, ge=1, le=65535)
    """TCP port of `/healthz`, `/revision` and, with HAProxy, `/metrics`."""
    reach: Reach = Reach.NODE
    """`node` lets Prometheus scrape the node's own addresses; `loopback` keeps it local."""


class LoadBalancer(Model):
    """Nodes, the VIPs they share and what they serve.

    Refuses what cannot work; what works but is not highly available is for the policy pack.
    """

    name: HostName
    engine: Engine = Engine.HAPROXY
    nodes: tuple[Node, ...] = Field(min_length=1)
    vips: tuple[Vip, ...] = Field(min_length=1, max_length=2)
    vrrp: Vrrp
    listeners: tuple[Listener, ...] = Field(min_length=1)
    max_connections: int = Field(default=20_000, ge=1, le=1_000_000)
    """Connections one node serves at the same time; each takes two file descriptors."""
    hard_stop_after_s: int = Field(default=4 * 3600, ge=1, le=7 * 24 * 3600)
    """How long connections may outlive a reload in the old worker, s."""
    stats: Stats = Stats()
    observability: Observability = Observability()
    peers_port: int = Field(default=8407, ge=1, le=65535)
    """TCP port on which nodes share stick tables, in clear; used with persistence `source`."""

    @property
    def shares_tables(self) -> bool:
        """Whether the nodes tell each other which source goes to which backend."""
        return any(
            pool.persistence is not None and pool.persistence.kind is PersistenceKind.SOURCE
            for pool in self.pools
        )

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The pools of all listeners."""
        return tuple(pool for listener in self.listeners for pool in listener.pools)

    def slow_start_ms(self, pool: Pool) -> int:
        """Time over which a returned backend of the pool is given its full share, ms."""
        if pool.slow_start_ms is not None:
            return pool.slow_start_ms
        return SLOW_START_MS if self.capabilities.has(Feature.SLOW_START) else 0

    def closes_sessions_of_dead_backend(self, pool: Pool) -> bool:
        """Whether established connections of a dead backend of the pool are closed."""
        if pool.close_sessions_of_dead_backend is not None:
            return pool.close_sessions_of_dead_backend
        return self.capabilities.has(Feature.CLOSE_DEAD_SESSIONS)

    @property
    def capabilities(self) -> Capabilities:
        """What the chosen engine can do."""
        return CAPABILITIES[self.engine]

    @property
    def engine_connections(self) -> int:
        """Connections the engine accepts in all: full listeners leave room for health checks."""
        return self.max_connections + RESERVED_CONNECTIONS

    @property
    def file_descriptors(self) -> int:
        """Descriptors the engine needs for `engine_connections`."""
        can = self.capabilities
        return self.engine_connections * can.descriptors_per_connection + can.descriptors_base

    @property
    def nodes_by_priority(self) -> tuple[Node, ...]:
        """Nodes with the expected holder first; equal priorities are decided by name."""
        return tuple(sorted(self.nodes, key=lambda n: (-n.priority, n.name)))

    @model_validator(mode="after")
    def _names_and_ports_are_distinct(self) -> Self:
        _distinct("nodes[].name", (n.name for n in self.nodes))
        _distinct("nodes[].addresses", (str(a.ip) for n in self.nodes for a in n.addresses))
        _distinct("listeners[].name", (listener.name for listener in self.listeners))
        _distinct("listeners[].pool.name", (pool.name for pool in self.pools))
        certificates = {
            (c.name, c.chain) for x in self.listeners if x.tls for c in x.tls.certificates
        }
        _distinct("listeners[].tls.certificates[].name", (name for name, _ in certificates))
        for listener in self.listeners:
            if listener.name in RESERVED_NAMES:
                raise refuse(
                    f"listeners[{listener.name}].name",
                    listener.name,
                    "the node's own pages have this name",
                    "give it another one",
                )
        ports = [(f"listeners[{x.name}].port", x.port) for x in self.listeners]
        ports.append(("observability.port", self.observability.port))
        if self.stats.enabled:
            ports.append(("stats.port", self.stats.port))
        if self.shares_tables:
            ports.append(("peersPort", self.peers_port))
        taken: dict[int, str] = {}
        for setting, port in ports:
            if port in taken:
                raise refuse(setting, port, f"{taken[port]} uses it too", "choose a free port")
            taken[port] = setting
        return self

    @model_validator(mode="after")
    def _every_vip_has_its_family_on_every_node(self) -> Self:
        versions = [vip.version for vip in self.vips]
        if len(set(versions)) != len(versions):
            raise refuse(
                "vips",
                ", ".join(str(v.address) for v in self.vips),
                "one VIP per address family",
                "keep one IPv4 and at most one IPv6 address",
            )
        for vip in self.vips:
            for node in self.nodes:
                if node.address(vip.version) is None:
                    raise refuse(
                        f"nodes[{node.name}].addresses",
                        ", ".join(str(a) for a in node.addresses),
                        f"VRRP for VIP {vip.address} needs an IPv{vip.version} address",
                        "add one, or remove that VIP",
                    )
        return self

    @model_validator(mode="after")
    def _vips_share_one_interface(self) -> Self:
        interfaces = sorted({vip.interface for vip in self.vips})
        if len(interfaces) > 1:
            raise refuse(
                "vips[].interface",
                ", ".join(interfaces),
                "the VIPs of a load balancer move together over one interface",
                "give them the same one, or make two load balancers",
            )
        return self

    @model_validator(mode="after")
    def _connections_fit_the_file_limit(self) -> Self:
        for node in self.nodes:
            if self.file_descriptors > node.file_limit:
                can = self.capabilities
                fit = (node.file_limit - can.descriptors_base) // can.descriptors_per_connection
                most = max(fit - RESERVED_CONNECTIONS, 0)
                raise refuse(
                    "maxConnections",
                    self.max_connections,
                    f"needs {self.file_descriptors} file descriptors but"
                    f" nodes[{node.name}].fileLimit is {node.file_limit}",
                    f"set maxConnections to at most {most} or raise the limit of the machine",
                )
        return self

    @model_validator(mode="after")
    def _the_engine_can_do_it(self) -> Self:
        gaps = [
            str(refuse(use.setting, use.value, missing.why, missing.instead))
            for listener in self.listeners
            for use in features_used(listener)
            if (missing := self.capabilities.missing.get(use.feature)) is not None
        ]
        if gaps:
            raise ValueError("\n  ".join(dict.fromkeys(gaps)))
        return self


def _distinct(setting: str, values: Iterable[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise refuse(setting, twice[0], "used twice", "give each its own")
