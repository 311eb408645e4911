"""What one host must hold and run: the hand-over from the renderers to the transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

READABLE_SECRETS = "readable-secrets"
"""Release path of the names of `HostPlan.engine_readable_secrets`, for later transactions."""


@dataclass(frozen=True, kw_only=True)
class ManagedFile:
    """A file of a release, named by its path inside the release directory."""

    path: str
    content: str
    mode: int = 0o644


@dataclass(frozen=True, kw_only=True)
class ServicePlan:
    """A systemd service that the release configures.

    `files` are the release paths it reads: a change of one of them reloads the service. `drop_in`
    is the release path of its systemd drop-in: a change of it reloads systemd and restarts the
    service only where a reload cannot take it up. It is `systemd/<name>.conf`, by which a release
    tells later transactions what services it configures; ValueError for another path. `validate`
    checks a staged release: a shell command with `{release}` for the directory, nothing changed
    when it fails.
    """

    name: str
    files: tuple[str, ...]
    drop_in: str
    validate: str

    def __post_init__(self) -> None:
        if self.drop_in != f"systemd/{self.name}.conf":
            raise ValueError(
                f"drop_in of {self.name} is {self.drop_in}: a release is read by its names; use"
                f" systemd/{self.name}.conf"
            )


@dataclass(frozen=True, kw_only=True)
class HostPlan:
    """Everything that one transaction brings about on one host."""

    node: str
    packages: tuple[str, ...]
    """Package roles, as `haproxy`, `nginx`, `curl`; the host family maps them to its names."""
    files: tuple[ManagedFile, ...]
    services: tuple[ServicePlan, ...]
    """In the order in which they start; they stop in the reverse order."""
    sysctl: str
    """Release path of the kernel settings to load before the services."""
    interface: str
    """Interface that must exist before anything changes."""
    vips: tuple[Address, ...]
    """Virtual addresses; none may be held by a machine outside `node_addresses`."""
    node_addresses: tuple[Address, ...]
    """This node's own addresses."""
    peer_addresses: tuple[Address, ...]
    """The other nodes' addresses."""
    listeners: tuple[tuple[Address, int], ...]
    """Address and port pairs that must be listening after the change."""
    health_url: str
    """Local URL that answers 200 when the engine serves."""
    revision_url: str
    """Local URL whose body is `revision` once the new configuration is the running one."""
    revision: str
    file_descriptors: int
    """Limit of open files that the engine's service gets; the host must allow it."""
    settle_seconds: float
    """Longest time from (re)start until a VIP has a holder, from the VRRP timers."""
    secrets_link: str | None = None
    """Release path of the link to the host's secret files; None without secrets."""
    secrets_pin: ManagedFile | None = None
    """A file of the release in which `{secrets}` stands for the folder of its secret files: what
    reads them while it runs stays with those of its own release. None when nothing does."""
    engine_readable_secrets: tuple[str, ...] = ()
    """Names of secret files that the engine's unprivileged workers read while they run; all others
    are root's alone."""
    engine_group: str = ""
    """Group of the engine's workers; it must exist once the packages are installed."""
    vrrp_quiet_seconds: float = 0.0
    """Time after a (re)start or reload of keepalived in which the holders of a VIP are not yet
    judged, as a second one may still come, in seconds; part of `settle_seconds`."""
    managed_ports: tuple[int, ...] = field(default=())
    """TCP ports to open or label on hosts with firewalld or SELinux."""

    def __post_init__(self) -> None:
        if self.secrets_pin is not None and not self.has_secrets:
            raise ValueError(
                f"plan of {self.node}: secrets_pin is {self.secrets_pin.path}; it needs"
                " secrets_link"
            )
        if self.engine_readable_secrets and not (self.has_secrets and self.engine_group):
            raise ValueError(
                f"plan of {self.node}: engine_readable_secrets is {self.engine_readable_secrets};"
                " it needs secrets_link and engine_group"
            )

    def release_files(self, secrets_folder: str | None) -> tuple[ManagedFile, ...]:
        """Every file of the release, once the folder of its secret files is known."""
        return (*self.files, *self._secret_records(secrets_folder))

    def _secret_records(self, folder: str | None) -> Iterator[ManagedFile]:
        if self.secrets_pin is not None and folder is not None:
            content = self.secrets_pin.content.replace("{secrets}", folder)
            yield replace(self.secrets_pin, content=content)
        if self.engine_readable_secrets:
            names = "".join(f"{name}\n" for name in self.engine_readable_secrets)
            yield ManagedFile(path=READABLE_SECRETS, content=names)

    @property
    def has_secrets(self) -> bool:
        """Whether the release links to secret files."""
        return self.secrets_link is not None
