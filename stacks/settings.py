"""The settings of a stack: `Pulumi.<stack>.yaml` as a typed, checked value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, cast

from pydantic import Field, JsonValue, ValidationError, ValidationInfo, model_validator

from components.model.backend import Backend
from components.model.base import Model, refuse
from components.model.health_check import HealthCheck
from components.model.listener import Listener, Timeouts
from components.model.load_balancer import LoadBalancer, Observability, Stats
from components.model.machine import HostName, MachineSettings, NspawnMachine
from components.model.node import Node
from components.model.pool import Balance, Pool
from components.model.profile import PROFILES, ProfileName
from components.model.vip import Vip, Vrrp
from stacks.errors import SettingsError, explain

FROM_PROFILE: dict[str, JsonValue] = {"default": "the profile's"}
"""Marks a setting that the profile fills in."""


class NodeSettings(Node):
    """A load-balancer node and the machine it runs on."""

    machine: MachineSettings
    """Where the node runs: driver `existing` or `nspawn`."""


class ControlPlaneSettings(Model):
    """A highly available endpoint for kube-apiserver."""

    name: HostName = "control-plane"
    """Name of the load balancer; resources are named after it."""
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
    slow_start_ms: int = Field(default=10_000, ge=0, le=600_000)
    """Time over which a returned backend gets its full share, ms."""
    timeouts: Timeouts = Timeouts()
    max_connections: int = Field(default=20_000, ge=1, le=1_000_000)
    """Connections one node serves at the same time."""
    hard_stop_after_s: int = Field(default=4 * 3600, ge=1, le=7 * 24 * 3600)
    """How long connections may outlive a reload, s."""
    stats: Stats = Stats()
    observability: Observability = Observability()

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, raw: Any, info: ValidationInfo) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        given = cast("Mapping[str, Any]", raw)
        name = given.get("profile")
        known = name in set(ProfileName) if isinstance(name, str) else False
        profile = PROFILES[ProfileName(name) if known else ProfileName.STANDARD]
        filled: dict[str, Any] = {"connectTimeoutMs": profile.connect_timeout_ms, **given}
        vrrp = given.get("vrrp", {})
        if isinstance(vrrp, Mapping):
            filled["vrrp"] = {**profile.vrrp.model_dump(by_alias=True), **vrrp}
        check = given.get("healthCheck", {})
        if isinstance(check, Mapping):
            timers = profile.model_dump(by_alias=True, exclude={"vrrp", "connect_timeout_ms"})
            filled["healthCheck"] = _read_authority({**timers, **check}, info)
        return filled

    def load_balancer(self) -> LoadBalancer:
        """The model of the endpoint; raises ValidationError when its parts do not fit."""
        pool = Pool(
            name=f"{self.name}-backends",
            backends=self.backends,
            balance=self.balance,
            health_check=self.health_check,
            connect_timeout_ms=self.connect_timeout_ms,
            retries=self.retries,
            slow_start_ms=self.slow_start_ms,
        )
        listener = Listener(
            name="kube-apiserver", port=self.port, timeouts=self.timeouts, pool=pool
        )
        return LoadBalancer(
            name=self.name,
            nodes=tuple(Node.model_validate(n.model_dump(exclude={"machine"})) for n in self.nodes),
            vips=self.vips,
            vrrp=self.vrrp,
            listeners=(listener,),
            max_connections=self.max_connections,
            hard_stop_after_s=self.hard_stop_after_s,
            stats=self.stats,
            observability=self.observability,
        )

    def machines(self, project: Path) -> dict[str, MachineSettings]:
        """The machine of each node; paths on this host become absolute below `project`."""
        return {node.name: _located(node.machine, project) for node in self.nodes}

    @model_validator(mode="after")
    def _it_makes_a_load_balancer(self) -> Self:
        self.load_balancer()
        return self


class Slo(Model):
    """What outage the users of this stack accept."""

    worst_outage_ms: int = Field(default=10_000, ge=1)
    """Longest outage of any single fault, ms; the policy pack compares the budget with it."""


class Ssh(Model):
    """How Pulumi reaches the machines. The key comes from here or from the secret
    `k8s-ha-lb:sshPrivateKey`."""

    private_key_file: str | None = None
    """Private key file, relative to the project."""


class Settings(Model):
    """Everything a stack can set, except its secrets."""

    control_plane: ControlPlaneSettings
    slo: Slo = Slo()
    ssh: Ssh = Ssh()


SECRETS = {
    "sshPrivateKey": "private key that the machines accept, PEM or OpenSSH format",
    "statsPassword": "password of the statistics page",
    "healthCheckCertificate": "PEM of the client certificate and key of the health check",
}
"""Secret settings, set with `pulumi config set --secret k8s-ha-lb:<name>`."""


def parse_settings(raw: Mapping[str, object], project: Path) -> Settings:
    """Settings from the stack's configuration; file names are relative to `project`.

    Raises SettingsError that names every wrong setting.
    """
    unknown = sorted(set(raw) - set(SECRETS) - _names())
    if unknown:
        known = ", ".join(sorted({*SECRETS, *_names()}))
        raise SettingsError(
            "\n  ".join(
                [
                    "the settings of this stack are wrong:",
                    *(f"k8s-ha-lb:{name} is not a setting; known are {known}" for name in unknown),
                ]
            )
        )
    given = {name: value for name, value in raw.items() if name not in SECRETS}
    try:
        return Settings.model_validate(given, context={"project": project})
    except ValidationError as error:
        raise explain("", Settings, error) from None


def _located(machine: MachineSettings, project: Path) -> MachineSettings:
    if not isinstance(machine, NspawnMachine):
        return machine
    return machine.model_copy(
        update={
            "image": str((project / machine.image).absolute()),
            "state_dir": str((project / machine.state_dir).absolute()),
        }
    )


def _names() -> set[str]:
    return {field.alias or name for name, field in Settings.model_fields.items()}


def _read_authority(check: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    if "caFile" not in check:
        return check
    context = cast("Mapping[str, Path]", info.context or {})
    project = context.get("project", Path())
    name = check.pop("caFile")
    try:
        return {**check, "ca": (project / str(name)).read_text()}
    except OSError as error:
        raise refuse(
            "healthCheck.caFile",
            name,
            f"cannot be read ({error.strerror})",
            "give the path of the cluster's CA relative to the project",
        ) from None
