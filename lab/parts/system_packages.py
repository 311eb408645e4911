"""The Debian packages the lab needs on the operator's machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.parts.cache import lock
from lab.parts.errors import PartError
from lab.parts.steps import Progress, quiet, run_step

PACKAGES: dict[str, str] = {
    "apt-utils": "apt-ftparchive: the local package repository of the machine image",
    "curl": "asks for HAProxy's metrics from the client's namespace",
    "gcc": "builds the prober",
    "haproxy": "checks and proves rendered configurations in tests; not run as a service",
    "iproute2": "network namespaces, links, addresses",
    "iputils-ping": "reachability checks",
    "keepalived": "checks rendered configurations in tests (keepalived -t); not run as a service",
    "libc6-dev": "builds the prober",
    "libnginx-mod-stream": "nginx's TCP mode, for the same tests",
    "libssl-dev": "TLS in the prober",
    "mmdebstrap": "makes the machine image",
    "nginx": "checks and proves rendered configurations in tests; not run as a service",
    "nftables": "faults: silent partitions and loss",
    "openssh-client": "keys for the machines, `hactl lab shell`",
    "openssh-server": "a real sshd on loopback in tests; not run as a service",
    "procps": "process and memory figures",
    "systemd-container": "systemd-nspawn: the load-balancer machines",
    "util-linux": "nsenter, unshare, mount",
}

POLICY_RC_D = Path("/usr/sbin/policy-rc.d")
"""Debian's own switch: services are not started while it exits 101 (invoke-rc.d(8))."""

_MARK = "temporary, written by hactl: no service starts on install"
_SERVICES = {
    "haproxy": "haproxy",
    "keepalived": "keepalived",
    "nginx": "nginx",
    "openssh-server": "ssh",
}
"""Packages that bring a service, which stays off when we are the ones who installed it."""


def missing_packages(packages: Sequence[str] = tuple(PACKAGES)) -> list[str]:
    """Which of the packages are not installed; about 20 ms."""
    if shutil.which("dpkg-query") is None:
        return list(packages)
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.split() for line in answer.stdout.splitlines())
    installed = {name for name, *status in rows if status == ["installed"]}
    return [name for name in packages if name not in installed]


def install_command(packages: Sequence[str]) -> str:
    """What an operator would type to install the packages by hand."""
    return f"apt-get install --no-install-recommends {' '.join(packages)}"


def ensure_system_packages(progress: Progress = quiet) -> list[str]:
    """Install what is missing with apt-get, and start no service on this machine.

    Returns what was installed; nothing is installed, in well under a second, when all is there. A
    policy-rc.d that an interrupted run left is removed in any case. Raises `PartError` when not
    root, not on a Debian system, or when apt-get fails.
    """
    _remove_left_policy(progress)
    missing = missing_packages()
    if not missing:
        return []
    command = install_command(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise PartError(
            "system packages",
            f"missing: {', '.join(missing)}",
            fix=f"run as root on Debian or Ubuntu: {command}",
        )
    with lock("apt"), _no_service_started(progress):
        environment = {"DEBIAN_FRONTEND": "noninteractive"}
        options = ["-q", "-o", "DPkg::Lock::Timeout=300"]
        run_step(
            "system-packages",
            ["apt-get", *options, "update"],
            what="refreshing the package lists",
            fix="check the machine's package sources (/etc/apt)",
            progress=progress,
            environment=environment,
        )
        run_step(
            "system-packages",
            ["apt-get", *options, "install", "-y", "--no-install-recommends", *missing],
            what=f"installing {len(missing)} system packages",
            fix=f"see the log, then: {command}",
            progress=progress,
            environment=environment,
        )
        services = [_SERVICES[name] for name in missing if name in _SERVICES]
        if services and shutil.which("systemctl"):
            run_step(
                "system-packages",
                ["systemctl", "disable", *services],
                what=f"keeping {' and '.join(services)} off at the next boot",
                fix=f"run: systemctl disable {' '.join(services)}",
                progress=progress,
            )
    return missing


def _is_ours(policy: Path) -> bool:
    return policy.exists() and _MARK in policy.read_text(errors="replace")


def _remove_left_policy(progress: Progress) -> None:
    """While it is there, the operator's own installations start no service either."""
    if os.geteuid() != 0 or not _is_ours(POLICY_RC_D):
        return
    # Whoever installs right now holds the lock and removes its own file.
    with lock("apt"):
        if _is_ours(POLICY_RC_D):
            POLICY_RC_D.unlink()
            progress(f"removed {POLICY_RC_D}, which an interrupted installation had left")


@contextmanager
def _no_service_started(progress: Progress) -> Iterator[None]:
    """Some packages start a service when installed: keep them from it.

    An existing policy-rc.d is the operator's and stays as it is, unless an interrupted run of ours
    left it behind.
    """
    if POLICY_RC_D.exists() and not _is_ours(POLICY_RC_D):
        progress(f"{POLICY_RC_D} exists and stays: it decides whether services start")
        yield
        return
    progress(f"services stay stopped while packages are installed ({POLICY_RC_D}, removed after)")
    with tempfile.NamedTemporaryFile("w", dir=POLICY_RC_D.parent, delete=False) as file:
        file.write(f"#!/bin/sh\n# {_MARK}\nexit 101\n")
    temporary = Path(file.name)
    temporary.chmod(0o755)
    temporary.rename(POLICY_RC_D)
    try:
        yield
    finally:
        POLICY_RC_D.unlink(missing_ok=True)
