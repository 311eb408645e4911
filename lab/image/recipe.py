"""What the machine image is made of; the content of this file and `customize.sh` is its version."""

import hashlib
import platform
from pathlib import Path

HOST_PACKAGES = ("mmdebstrap", "apt-utils", "systemd-container", "openssh-client", "iproute2")
"""Debian packages the Linux host needs in order to build the image and to run machines from it."""

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


def image_version(codename: str) -> str:
    """The content hash of the recipe for one distribution release and this CPU architecture."""
    digest = hashlib.sha256()
    for part in (Path(__file__).read_bytes(), CUSTOMIZE.read_bytes()):
        digest.update(part)
    digest.update(f"{codename} {platform.machine()}".encode())
    return f"{codename}-{digest.hexdigest()[:16]}"
