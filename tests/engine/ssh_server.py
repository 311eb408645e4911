"""A real sshd for one test: loopback, a free unprivileged port, keys of its own."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
PRIVILEGE_SEPARATION = Path("/run/sshd")
"""sshd refuses to start without it (compiled in); Debian's service makes it at boot."""


@dataclass(frozen=True, kw_only=True)
class SshServer:
    """A running server that lets the current user in with `private_key`."""

    process: subprocess.Popen[bytes]
    port: int
    host_key: str
    private_key: str
    folder: Path

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


def start_ssh_server(folder: Path) -> SshServer:
    """Start it and wait until it accepts connections; `RuntimeError` with sshd's own words."""
    PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("host_key", "user_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", name]
        subprocess.run(command, cwd=folder, check=True)
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    port = _free_port()
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host_key\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPidFile none\nStrictModes no\n"
        "UsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
    )
    log = folder / "sshd.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=output
        )
    deadline = time.monotonic() + 10
    while not _accepts(port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"sshd did not start: {log.read_text()}")
        time.sleep(0.02)
    return SshServer(
        process=process,
        port=port,
        host_key=(folder / "host_key.pub").read_text(),
        private_key=(folder / "user_key").read_text(),
        folder=folder,
    )


def missing_for_ssh_server() -> str | None:
    """Why no server can be started here, or None."""
    if os.geteuid() != 0:
        return "needs root: sshd switches users"
    if not Path(SSHD).exists():
        return "needs sshd (Debian: apt-get install openssh-server)"
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
