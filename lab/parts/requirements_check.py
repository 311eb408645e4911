"""What the machine itself must offer: system, rights, kernel, packages, disk."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.parts.cache import cache_directory
from lab.parts.catalogue import this_platform
from lab.parts.errors import PartError
from lab.parts.system_packages import PACKAGES, install_command, missing_packages

DISK_COLD_GB = 6.0
"""An allowance for a first build on a closed network: module downloads, build cache, binaries."""
DISK_WARM_GB = 2.0
"""An allowance for the machine image, the lab's state and logs."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor's report; without `fix` all is well."""

    name: str
    found: str
    fix: str | None = None


def machine_findings(*, everything_cached: bool) -> Iterator[Finding]:
    """Check the machine, one finding per prerequisite; changes nothing."""
    yield _platform()
    yield Finding(
        name="rights",
        found="root" if os.geteuid() == 0 else f"user {os.geteuid()}",
        fix=None if os.geteuid() == 0 else "run as root: namespaces and machines need it",
    )
    yield Finding(name="Python", found=f"{sys.version.split()[0]} ({sys.executable})")
    yield from _kernel()
    missing = missing_packages()
    yield Finding(
        name="system packages",
        found=f"missing: {', '.join(missing)}" if missing else f"all {len(PACKAGES)} installed",
        fix=f"make up installs them, or: {install_command(missing)}" if missing else None,
    )
    yield _disk(DISK_WARM_GB if everything_cached else DISK_COLD_GB)


def _platform() -> Finding:
    try:
        machine = this_platform()
    except PartError as problem:
        return Finding(name="platform", found=problem.problem, fix=problem.fix)
    return Finding(name="platform", found=f"{machine.pulumi}, kernel {os.uname().release}")


def _kernel() -> Iterator[Finding]:
    filesystems = Path("/proc/filesystems").read_text().split()
    overlay = "overlay" in filesystems
    yield Finding(
        name="overlayfs",
        found="available" if overlay else "not in /proc/filesystems",
        fix=None if overlay else "modprobe overlay",
    )
    namespaces = all(Path(f"/proc/self/ns/{kind}").exists() for kind in ("net", "mnt", "uts"))
    yield Finding(
        name="namespaces",
        found="net, mnt, uts" if namespaces else "missing in /proc/self/ns",
        fix=None if namespaces else "use a kernel with network, mount and UTS namespaces",
    )
    cgroups = Path("/sys/fs/cgroup").is_mount() or any(Path("/sys/fs/cgroup").glob("*"))
    yield Finding(
        name="cgroups",
        found="/sys/fs/cgroup" if cgroups else "/sys/fs/cgroup is empty",
        fix=None if cgroups else "mount -t cgroup2 none /sys/fs/cgroup",
    )


def _disk(needed_gb: float) -> Finding:
    folders = {cache_directory(), Path(tempfile.gettempdir()), Path.cwd()}
    free = {folder: shutil.disk_usage(folder).free / 1e9 for folder in folders}
    worst = min(free, key=lambda folder: free[folder])
    return Finding(
        name="disk",
        found=f"{free[worst]:.0f} GB free in {worst}, {needed_gb:.0f} GB needed",
        fix=None if free[worst] >= needed_gb else f"free {needed_gb:.0f} GB in {worst}",
    )
