"""Real machines on a small switch: what a transaction is tried on, without Pulumi."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from components.model.machine import NspawnMachine
from components.render.machines.nspawn import AUTHORIZED_KEY, render_nspawn
from components.render.transaction import RUN_SCRIPT

ADDRESSES = {"lb1": "198.18.0.11", "lb2": "198.18.0.12"}
STRANGER = "198.18.0.200"


@dataclass(frozen=True)
class Bench:
    """A switch with the operator's namespace, a stranger's namespace and machines by host name."""

    name: str
    folder: Path
    machines: Mapping[str, NspawnMachine]

    def popen(self, command: str, host: str = "lb1") -> subprocess.Popen[str]:
        """A command on the machine over SSH, with its host key verified."""
        return subprocess.Popen(
            [
                *_inside(f"{self.name}-operator"),
                "ssh",
                *("-i", str(self.folder / "id"), "-o", "StrictHostKeyChecking=yes"),
                *("-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-o", "BatchMode=yes"),
                f"{self.machines[host].user}@{ADDRESSES[host]}",
                command,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, command: str, script: str = "", host: str = "lb1"
    ) -> subprocess.CompletedProcess[str]:
        """The command's result, with `script` as its standard input."""
        process = self.popen(command, host)
        stdout, stderr = process.communicate(script, timeout=180)
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

    def ask(self, command: str, host: str = "lb1") -> str:
        """Standard output of a command that must succeed."""
        result = self.run(command, host=host)
        assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
        return result.stdout.strip()

    def apply(self, script: str, host: str = "lb1") -> subprocess.CompletedProcess[str]:
        """A transaction, as the remote command resource would run it."""
        return self.run(RUN_SCRIPT, script, host)

    def stranger(self, *arguments: str) -> None:
        """An ip(8) command in the stranger's namespace."""
        _ip("-n", f"{self.name}-stranger", *arguments)


@contextmanager
def bench(
    name: str, folder: Path, image: Path, *, user: str = "root", hosts: tuple[str, ...] = ("lb1",)
) -> Iterator[Bench]:
    """A bench that is gone afterwards, whatever happened; `name` is unique on this host."""
    machines = {host: _machine(name, host, folder, image, user) for host in hosts}
    made = Bench(name, folder, machines)
    _remove(made)
    try:
        _make_switch(name)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "id")], check=True
        )
        keys = {host: run_machine_script(made, "create", host) for host in hosts}
        known = "".join(f"{ADDRESSES[host]} {key}" for host, key in keys.items())
        (folder / "known_hosts").write_text(known)
        yield made
    finally:
        _remove(made)


def _machine(name: str, host: str, folder: Path, image: Path, user: str) -> NspawnMachine:
    number = ADDRESSES[host].rpartition(".")[2]
    return NspawnMachine.model_validate(
        {
            "machine_name": f"{name}-{host}",
            "image": str(image),
            "state_dir": str(folder),
            "bridge_namespace": f"{name}-switch",
            "port": f"sw-{host}",
            "addresses": [f"{ADDRESSES[host]}/24", f"2001:2:0:1::{number}/64"],
            "user": user,
        }
    )


def run_machine_script(made: Bench, script: str, host: str = "lb1") -> str:
    """Standard output of the machine driver's `create` or `delete`."""
    scripts = render_nspawn(made.machines[host])
    public_key = made.folder / "id.pub"
    return subprocess.run(
        ["sh", "-c", getattr(scripts, script)],
        env={
            **os.environ,
            **scripts.environment,
            AUTHORIZED_KEY: public_key.read_text().strip() if public_key.exists() else "",
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def _make_switch(name: str) -> None:
    switch = f"{name}-switch"
    _ip("netns", "add", switch)
    _ip("-n", switch, "link", "add", "lab0", "type", "bridge", "forward_delay", "0")
    _ip("-n", switch, "link", "set", "lab0", "up")
    for host, address in (("operator", "198.18.0.2"), ("stranger", STRANGER)):
        namespace = f"{name}-{host}"
        _ip("netns", "add", namespace)
        _ip(
            *("link", "add", "eth0", "netns", namespace, "type", "veth"),
            *("peer", "name", f"sw-{host}", "netns", switch),
        )
        _ip("-n", switch, "link", "set", f"sw-{host}", "master", "lab0", "up")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "eth0")


def _remove(made: Bench) -> None:
    for host in made.machines:
        run_machine_script(made, "delete", host)
    for host in ("operator", "stranger", "switch"):
        if Path(f"/run/netns/{made.name}-{host}").exists():
            _ip("netns", "delete", f"{made.name}-{host}")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _inside(namespace: str) -> list[str]:
    return ["nsenter", f"--net=/run/netns/{namespace}"]
