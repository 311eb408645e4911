"""Removes the cgroups of a lab's machines, in every hierarchy, with everybody inside."""

import time
from contextlib import suppress
from pathlib import Path

from lab.processes import ProcessId, StillRunningError, identify
from lab.state import Lab

CGROUP_ROOT = Path("/sys/fs/cgroup")


def cgroups_of(lab: Lab, root: Path = CGROUP_ROOT) -> list[Path]:
    """The lab's top cgroups: directly in a unified hierarchy, or in each of several."""
    found: list[Path] = []
    with suppress(OSError):
        for entry in root.iterdir():
            if not entry.is_dir() or entry.is_symlink():
                continue
            if lab.owns_cgroup(entry.name):
                found.append(entry)
            else:
                with suppress(OSError):
                    found += [e for e in entry.iterdir() if lab.owns_cgroup(e.name)]
    return sorted(found)


def _tree(cgroup: Path) -> list[Path]:
    """The cgroup and everything below it, children first."""
    folders = [p for p in cgroup.rglob("*") if p.is_dir()]
    return [*sorted(folders, key=lambda p: len(p.parts), reverse=True), cgroup]


def processes_in_cgroups(lab: Lab) -> set[ProcessId]:
    found: set[ProcessId] = set()
    for top in cgroups_of(lab):
        for cgroup in _tree(top):
            with suppress(OSError):
                pids = (cgroup / "cgroup.procs").read_text().split()
                found |= {process for pid in pids if (process := identify(int(pid)))}
    return found


def remove_cgroups(lab: Lab, *, timeout_s: float = 5.0) -> int:
    """Removes the lab's cgroups, which must be empty by now; how many top cgroups that were.

    A cgroup stays busy for a moment after its last process died, hence the patience.
    Raises StillRunningError when one is still in use after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    count = len(cgroups_of(lab))
    while left := cgroups_of(lab):
        for top in left:
            for cgroup in _tree(top):
                with suppress(OSError):
                    cgroup.rmdir()
        if cgroups_of(lab) and time.monotonic() > deadline:
            raise StillRunningError(f"cgroup {left[0]} is still in use after {timeout_s:g} s")
    return count
