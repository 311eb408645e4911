"""The settings of the endpoint: `controlPlane` of a stack file, and the model that they make."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, cast

from pydantic import Field, JsonValue, ValidationError, model_validator

from components.model.backend import Backend
from components.model.base import Model
from components.model.capabilities import Engine
from components.model.health_check import HealthCheck
from components.model.limits import Limits
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer, Observability, Stats
from components.model.machine import HostName, MachineSettings, NspawnMachine
from components.model.network import Network
from components.model.node import Node
from components.model.pool import Balance, Pool
from components.model.profile import ProfileName
from components.model.timeouts import Timeouts
from components.model.vip import Vip, Vrrp
from stacks.profile_timers import profile_named, with_timers

FROM_PROFILE: dict[str, JsonValue] = {"default": "the profile's"}
"""Marks a setting that the profile fills in."""
_API_LISTENER = "kube-apiserver"
"""Name of the listener that the settings of the control plane itself make."""


class NodeSettings(Node):
    """A load-balancer node and the machine it runs on."""

    machine: MachineSettings
    """Where the node runs: driver `existing` or `nspawn`."""


class ControlPlaneSettings(Model):
    """A highly available endpoint for kube-apiserver."""

    name: HostName = "control-plane"
    """Name of the load balancer; resources are named after it."""
    engine: Engine = Engine.HAPROXY
    """The load-balancing program; another one is changed over to host after host. What it cannot do
    is refused in preview (docs/engines.md)."""
    profile: ProfileName = ProfileName.STANDARD
    """Timers that fit together: `standard`, `fast` or `fastest`."""
    host_name: str | None = Field(default=None, pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
    """DNS name of the endpoint; none uses the IPv4 (else IPv6) VIP."""
    port: int = Field(default=6443, ge=1, le=65535)
    """Port that clients connect to."""
    vips: tuple[Vip, ...] = Field(min_length=1, max_length=2)
    """Virtual addresses, at most one per family."""
    vrrp: Vrrp = Field(json_schema_extra=FROM_PROFILE)
    """VRRP timers; what is left out comes from the profile."""
    nodes: tuple[NodeSettings, ...] = Field(min_length=1)
    """The load-balancer machines."""
    backends: tuple[Backend, ...] = Field(min_length=1)
    """The kube-apiservers."""
    balance: Balance = Balance.ROUND_ROBIN
    """How the next kube-apiserver is chosen."""
    health_check: HealthCheck | None = Field(json_schema_extra=FROM_PROFILE)
    """Probe of the kube-apiservers; timers left out come from the profile. `caFile` names a PEM
    file relative to the project. `null` switches it off, which the policy pack refuses."""
    connect_timeout_ms: int = Field(ge=50, le=60_000, json_schema_extra=FROM_PROFILE)
    """How long a connection attempt to a backend may take, ms; the profile's when left out."""
    retries: int = Field(default=3, ge=0, le=10)
    """Further attempts, each at another backend."""
    slow_start_ms: int | None = Field(default=None, ge=0, le=600_000)
    """Time over which a returned backend gets its full share, ms; 0 gives it at once. Left out:
    10 s where the engine can."""
    close_sessions_of_dead_backend: bool | None = None
    """Close established connections of a kube-apiserver that went down, so that clients reconnect.
    Left out: where the engine can."""
    reject_when_empty: bool = True
    """Refuse new connections with a reset while no kube-apiserver is up; false closes them in
    order, as if the answer were empty. Neither waits."""
    accept_proxy_from: tuple[Network, ...] = ()
    """Networks whose PROXY header (v1 or v2) tells the client's address. With any given, every
    connection must bring the header, and those from elsewhere are refused."""
    allowed_cidrs: tuple[Network, ...] = ()
    """Client networks that may reach the Kubernetes API; none given serves all."""
    denied_cidrs: tuple[Network, ...] = ()
    """Client networks that are refused, also inside allowed ones."""
    limits: Limits = Limits()
    """What one source may take of the Kubernetes API."""
    timeouts: Timeouts = Timeouts()
    listeners: tuple[Listener, ...] = ()
    """Further ports on the same VIPs and nodes. Timers that their pools leave out come from the
    profile."""
    max_connections: int = Field(default=20_000, ge=1, le=1_000_000)
    """Connections one node serves at the same time; nginx has room for as many and does not refuse
    more."""
    hard_stop_after_s: int = Field(default=4 * 3600, ge=1, le=7 * 24 * 3600)
    """How long connections may outlive a reload, s."""
    stats: Stats = Stats()
    observability: Observability = Observability()
    peers_port: int = Field(default=8407, ge=1, le=65535)
    """TCP port on which nodes share stick tables, in clear; used with persistence `source`."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        given = cast("Mapping[str, Any]", raw)
        return with_timers(given, profile_named(given.get("profile")))

    def load_balancer(self) -> LoadBalancer:
        """The model of the endpoint; raises ValidationError when its parts do not fit."""
        pool = Pool(
            name=self._pool_name,
            backends=self.backends,
            balance=self.balance,
            health_check=self.health_check,
            connect_timeout_ms=self.connect_timeout_ms,
            retries=self.retries,
            slow_start_ms=self.slow_start_ms,
            close_sessions_of_dead_backend=self.close_sessions_of_dead_backend,
            reject_when_empty=self.reject_when_empty,
        )
        api = Listener(
            name=_API_LISTENER,
            port=self.port,
            timeouts=self.timeouts,
            pool=pool,
            accept_proxy_from=self.accept_proxy_from,
            allowed_cidrs=self.allowed_cidrs,
            denied_cidrs=self.denied_cidrs,
            limits=self.limits,
        )
        return LoadBalancer(
            name=self.name,
            engine=self.engine,
            nodes=tuple(Node.model_validate(n.model_dump(exclude={"machine"})) for n in self.nodes),
            vips=self.vips,
            vrrp=self.vrrp,
            listeners=(api, *self.listeners),
            max_connections=self.max_connections,
            hard_stop_after_s=self.hard_stop_after_s,
            stats=self.stats,
            observability=self.observability,
            peers_port=self.peers_port,
        )

    def machines(self, project: Path) -> dict[str, MachineSettings]:
        """The machine of each node; paths on this host become absolute below `project`."""
        return {node.name: _located(node.machine, project) for node in self.nodes}

    @model_validator(mode="after")
    def _it_makes_a_load_balancer(self) -> Self:
        try:
            self.load_balancer()
        except ValidationError as error:
            faults = [fault["msg"].removeprefix("Value error, ") for fault in error.errors()]
            raise ValueError("\n  ".join(self._as_in_the_file(f) for f in faults)) from None
        return self

    @property
    def _pool_name(self) -> str:
        return f"{self.name}-backends"

    def _as_in_the_file(self, fault: str) -> str:
        """The fault with the settings named as the stack file has them: the API's listener and pool
        are no objects there."""
        for inner in (_API_LISTENER, self._pool_name):
            for kind in ("listeners", "pools", "pool"):
                fault = fault.replace(f"{kind}[{inner}].", "controlPlane.")
        return fault.replace(f"of pool {self._pool_name} ", "of controlPlane ")


def _located(machine: MachineSettings, project: Path) -> MachineSettings:
    if not isinstance(machine, NspawnMachine):
        return machine
    return machine.model_copy(
        update={
            "image": str((project / machine.image).absolute()),
            "state_dir": str((project / machine.state_dir).absolute()),
        }
    )
