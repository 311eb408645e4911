"""Removes network namespaces together with everybody inside."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lab.commands import CommandError, run
from lab.fabric.namespaces import is_namespace
from lab.processes import ProcessId, all_pids, identify, network_namespace_of, own_ancestry
from lab.removal.processes import end_all


def processes_inside(namespaces: Iterable[Path]) -> set[ProcessId]:
    """Processes whose network namespace is one of these, other than this one and its parents."""
    wanted: set[tuple[int, int]] = set()
    for path in namespaces:
        if is_namespace(path):
            found = path.stat()
            wanted.add((found.st_dev, found.st_ino))
    if not wanted:
        return set()
    spared = own_ancestry()
    inside = (pid for pid in all_pids() if network_namespace_of(pid) in wanted)
    return {process for pid in inside if pid not in spared and (process := identify(pid))}


def remove_namespace(namespace: Path) -> None:
    """Ends everybody in the namespace and removes its name, which is all that holds it.

    Raises StillRunningError when somebody does not end, CommandError when the name stays.
    """
    end_all(lambda: processes_inside([namespace]))
    if not is_namespace(namespace):
        with suppress(FileNotFoundError):
            namespace.unlink()
        return
    try:
        run(["ip", "netns", "delete", namespace.name])
    except CommandError:
        if namespace.exists():
            raise
