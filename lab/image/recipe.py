"""What the machine image is made of: packages, command and `customize.sh` are its version."""

import hashlib
import platform
from pathlib import Path

TREE_PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "sudo",
    "iproute2",
    "iputils-ping",
    "procps",
    "kmod",
    "ca-certificates",
)
"""What every machine has from the start: what a minimal server installation has."""

REPOSITORY_PACKAGES = (
    "haproxy",
    "keepalived",
    "nginx",
    "libnginx-mod-stream",
    "curl",
    "iputils-arping",
    "socat",
)
"""What machines install with apt from the repository inside the image, with all dependencies."""

REPOSITORY = "/srv/packages"
"""Folder of the flat apt repository inside the image; its only apt source."""

CUSTOMIZE = Path(__file__).with_name("customize.sh")


def mmdebstrap_command(codename: str, directory: Path, customize: Path = CUSTOMIZE) -> list[str]:
    """The command that builds the tree; the apt sources come through standard input."""
    packages = " ".join(REPOSITORY_PACKAGES)
    return [
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        f"--include={','.join(TREE_PACKAGES)}",
        "--aptopt=APT::Install-Recommends false",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        f'--customize-hook=sh "{customize}" "$1" {REPOSITORY} {packages}',
        codename,
        str(directory),
        "-",
    ]


def image_version(codename: str) -> str:
    """The content hash of the recipe for one distribution release and this CPU architecture."""
    # Names instead of this checkout's paths: every checkout shares the image.
    command = mmdebstrap_command(codename, Path("tree"), Path(CUSTOMIZE.name))
    digest = hashlib.sha256("\0".join([platform.machine(), *command]).encode())
    digest.update(CUSTOMIZE.read_bytes())
    return f"{codename}-{digest.hexdigest()[:16]}"
