"""The load-balancer machines as the lab sees them: made by `pulumi up`, only observed here.

The machine driver keeps a folder per machine in `.lab/<name>/machines/`, with the script `start`
that brings the machine back, and one cgroup per machine.
"""

from collections.abc import Sequence
from pathlib import Path

from lab.commands import run
from lab.fabric.namespaces import addresses_on, links
from lab.hosts import ipv4, ipv6
from lab.processes import PROC, ProcessId, command_name
from lab.removal.namespaces import processes_inside
from lab.state import Lab


class MachineError(RuntimeError):
    """A machine is not there or not in the state a command needs."""


def machine_folder(lab: Lab, host: str) -> Path:
    return lab.machines / lab.namespace(host)


def machine_hosts(lab: Lab) -> list[str]:
    """The hosts that have a machine, running or not."""
    prefix = f"{lab.name}-"
    if not lab.machines.is_dir():
        return []
    return sorted(
        folder.name.removeprefix(prefix)
        for folder in lab.machines.iterdir()
        if folder.name.startswith(prefix) and (folder / "start").is_file()
    )


def init_of(lab: Lab, host: str) -> ProcessId | None:
    """The machine's own process 1, None when it is off."""
    for process in processes_inside([lab.namespace_path(host)]):
        if _pids_of(process.pid)[1:] == ["1"]:
            return process
    return None


def _pids_of(pid: int) -> list[str]:
    """The process's numbers, from this pid namespace to its own (proc(5), NSpid)."""
    try:
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return line.split()[1:]
    except OSError:
        pass
    return []


def require_init(lab: Lab, host: str) -> ProcessId:
    """Raises MachineError when the machine is off or was never made."""
    found = init_of(lab, host)
    if found is None:
        raise MachineError(
            f"machine {host} of lab {lab.name!r} is off: start it with"
            f" 'hactl lab fault heal power-off {host}', or make it with 'hactl lab up'"
        )
    return found


def inside_machine(lab: Lab, host: str, argv: Sequence[str]) -> list[str]:
    """`argv`, to be run in all of the machine's namespaces. Raises MachineError when it is off."""
    return ["nsenter", f"--target={require_init(lab, host).pid}", "--all", "--", *argv]


def run_in_machine(lab: Lab, host: str, argv: Sequence[str], *, timeout_s: float = 30.0) -> str:
    return run(inside_machine(lab, host, argv), timeout_s=timeout_s)


def processes_named(lab: Lab, host: str, *names: str) -> list[ProcessId]:
    """The machine's processes of these programs. Raises MachineError when the machine is off."""
    require_init(lab, host)
    inside = processes_inside([lab.namespace_path(host)])
    return [process for process in inside if command_name(process.pid) in names]


def start_machine(lab: Lab, host: str) -> None:
    """Starts the machine unless it runs, and brings back its network. Raises CommandError."""
    run([str(machine_folder(lab, host) / "start")], timeout_s=60)


def vip_holders(lab: Lab) -> list[str]:
    """The running machines that carry a VIP: exactly one when all is well."""
    vips = {str(ipv4("vip")), str(ipv6("vip"))}
    return [
        host
        for host in machine_hosts(lab)
        if any(addresses_on(link) & vips for link in links(lab, host).values())
    ]
