"""Where a load-balancer node runs: the settings of each machine driver."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.model.address import InterfaceAddress
from components.model.base import Model, refuse

HostName = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""An RFC 1123 label that starts with a letter: it names resources, machines and VRRP routers."""

SshUser = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]


class ExistingMachine(Model):
    """A host you own, reached over SSH as root or as a user with passwordless sudo."""

    driver: Literal["existing"] = "existing"
    """This driver."""
    address: str = Field(min_length=1)
    """IP address or DNS name that SSH connects to."""
    port: int = Field(default=22, ge=1, le=65535)
    """SSH port."""
    user: SshUser = "root"
    """SSH user: root, or a user whose `sudo -n` works."""
    host_key: str | None = None
    """The host's public key (`ssh-keyscan -t ed25519 HOST`, verified by you), `type base64`."""
    insecure_ignore_host_key: bool = False
    """Opt out of host key verification. The policy pack refuses it."""

    @model_validator(mode="after")
    def _host_key_is_decided(self) -> Self:
        if self.host_key is None and not self.insecure_ignore_host_key:
            raise refuse(
                "hostKey",
                "not set",
                "a host whose key is unknown could be anyone's",
                "set hostKey to the line of /etc/ssh/ssh_host_ed25519_key.pub on that host",
            )
        return self


class NspawnMachine(Model):
    """A machine container (systemd-nspawn) on the Linux host that runs Pulumi.

    Pulumi makes and destroys it. It boots a real systemd from an overlay over a shared image, in a
    network namespace of its own that is plugged into a bridge. Needs root on that host.
    """

    driver: Literal["nspawn"] = "nspawn"
    """This driver."""
    machine_name: HostName
    """Name of the container and of its network namespace; unique on the Linux host."""
    image: str = Field(min_length=1)
    """Directory of the machine image (a Debian tree with systemd and sshd)."""
    state_dir: str = Field(min_length=1)
    """Directory for the machine's overlay, log and process records, relative to the project."""
    bridge: str = Field(default="lab0", pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,14}$")
    """Bridge that the machine is plugged into."""
    bridge_namespace: str | None = None
    """Network namespace that holds the bridge; none means the host's own."""
    port: str = Field(pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,14}$")
    """Name of the machine's port on the bridge."""
    interface: str = Field(default="eth0", pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,14}$")
    """Name of the interface inside the machine."""
    addresses: tuple[InterfaceAddress, ...] = Field(min_length=1)
    """Addresses of the interface with their prefix length, one per family."""
    user: SshUser = "root"
    """SSH user that the machine accepts the key for; other than root gets passwordless sudo."""


MachineSettings = Annotated[ExistingMachine | NspawnMachine, Field(discriminator="driver")]
