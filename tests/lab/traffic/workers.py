"""Which processes of an engine still take new connections."""

from contextlib import suppress
from pathlib import Path

from lab.processes import ProcessId, all_pids, identify

_LISTEN = "0A"
"""State of a listening socket in /proc/net/tcp (proc(5))."""


def workers(master: int) -> set[ProcessId]:
    """The processes that the engine's master started."""
    found = (identify(pid) for pid in all_pids() if _parent(pid) == master)
    return {process for process in found if process}


def listening(process: ProcessId) -> bool:
    """Whether the process has a listening TCP socket."""
    try:
        sockets = _listening_sockets(process.pid)
        return any(_target(entry) in sockets for entry in Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return False


def _parent(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(stat[stat.rindex(")") + 2 :].split()[1])


def _listening_sockets(pid: int) -> set[str]:
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN:
                found.add(f"socket:[{fields[9]}]")
    return found


def _target(descriptor: Path) -> str:
    with suppress(OSError):
        return str(descriptor.readlink())
    return ""
