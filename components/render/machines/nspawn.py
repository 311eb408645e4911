"""Scripts that make, change and remove a machine container on the Linux host that runs Pulumi."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.model.machine import NspawnMachine
from components.render.shell import shell_environment

_TEMPLATES = shell_environment(Path(__file__).parent / "templates")


AUTHORIZED_KEY = "MACHINE_AUTHORIZED_KEY"
"""Environment variable with the public key line that the machine accepts."""

RUN_SCRIPT = "exec sh -s"
"""The command that runs `NspawnScripts.create` from its standard input."""


@dataclass(frozen=True, kw_only=True)
class NspawnScripts:
    """POSIX shell scripts for one machine, which take its settings from `environment`.

    `create`, for the standard input of `sh -s`, is idempotent and serves updates too; its standard
    output is the machine's SSH host public key (`type base64`), printed once sshd answers with it.
    `delete` succeeds when nothing is there. The state directory keeps `start`, which brings the
    machine back after a power-off.
    `environment` lacks `AUTHORIZED_KEY`, which the caller adds.
    """

    create: str
    delete: str
    environment: Mapping[str, str]


def render_nspawn(settings: NspawnMachine) -> NspawnScripts:
    """The scripts and their settings; the same result for the same settings."""
    return NspawnScripts(
        create=_TEMPLATES.get_template("create.sh.j2").render(),
        delete=_TEMPLATES.get_template("delete.sh.j2").render(),
        environment={
            "MACHINE_NAME": settings.machine_name,
            "MACHINE_IMAGE": settings.image,
            "MACHINE_STATE_DIR": settings.state_dir,
            "MACHINE_BRIDGE": settings.bridge,
            "MACHINE_BRIDGE_NAMESPACE": settings.bridge_namespace or "",
            "MACHINE_PORT": settings.port,
            "MACHINE_INTERFACE": settings.interface,
            "MACHINE_MAC": mac_address(settings.machine_name),
            "MACHINE_ADDRESSES": " ".join(str(address) for address in settings.addresses),
            "MACHINE_USER": settings.user,
        },
    )


def mac_address(machine_name: str) -> str:
    """The machine's MAC address, the same for every machine of this name.

    A re-made machine is then found by neighbours that still know its predecessor. Unicast and
    locally administered (IEEE 802: the second-lowest bit of the first octet is set).
    """
    digest = hashlib.sha256(machine_name.encode()).digest()
    return ":".join(f"{octet:02x}" for octet in (0x02, *digest[:5]))


def machine_identity(settings: NspawnMachine) -> tuple[str, ...]:
    """What cannot change while the machine lives: another value means another machine."""
    return (
        settings.machine_name,
        settings.image,
        settings.state_dir,
        settings.bridge,
        settings.bridge_namespace or "",
        settings.port,
        settings.interface,
        settings.user,
    )
