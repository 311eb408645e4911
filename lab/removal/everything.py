"""Removes a lab whatever state it is in.

Nothing here relies on records being complete: what belongs to the lab is found by record, by name
(namespaces, cgroups), by place (mounts) and by membership (processes in its namespaces and
cgroups). Each step can be repeated, so a removal that was itself killed is finished by the next.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.owner import release, require_own
from lab.processes import ProcessId, all_pids, identify, own_ancestry
from lab.records import all_records
from lab.removal.cgroups import cgroups_of, processes_in_cgroups, remove_cgroups
from lab.removal.mounts import mounts_below, remove_mounts
from lab.removal.namespaces import processes_inside, remove_namespace
from lab.removal.processes import end_all
from lab.state import Lab


class LeftoverError(RuntimeError):
    """Something of the lab is still there after its removal."""


@dataclass(frozen=True)
class Belongings:
    """What exists of a lab on this machine."""

    processes: frozenset[ProcessId]
    mounts: tuple[Path, ...]
    cgroups: tuple[Path, ...]
    namespaces: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.processes or self.mounts or self.cgroups or self.namespaces)

    def __str__(self) -> str:
        return (
            f"{len(self.processes)} processes, {len(self.mounts)} mounts,"
            f" {len(self.cgroups)} cgroups, {len(self.namespaces)} network namespaces"
        )


def belongings(lab: Lab) -> Belongings:
    return Belongings(
        frozenset(processes_of(lab)),
        tuple(mounts_below(lab.folder)),
        tuple(cgroups_of(lab)),
        tuple(lab.existing_namespaces()),
    )


def processes_of(lab: Lab) -> set[ProcessId]:
    """Every process of the lab, found in every way there is, without this one and its parents."""
    found = {record.process for record in all_records(lab) if record.running}
    found |= processes_in_cgroups(lab)
    found |= processes_inside(lab.existing_namespaces())
    found |= set(_rooted_in(lab.folder))
    spared = own_ancestry()
    return {process for process in found if process.pid not in spared}


def _rooted_in(folder: Path) -> Iterator[ProcessId]:
    """Processes whose root directory is a machine's file tree."""
    below = f"{folder.resolve()}/"
    for pid in all_pids():
        try:
            root = str(Path(f"/proc/{pid}/root").readlink())
        except OSError:
            continue
        if root.startswith(below) and (process := identify(pid)):
            yield process


def remove_lab(lab: Lab, *, keep_logs: bool = True) -> Belongings:
    """Removes every process, mount, cgroup, namespace and file of the lab, by force.

    Returns what there was. The logs of the last run stay unless `keep_logs` is False.
    Raises ForeignLabError, with nothing touched, when another checkout that still exists has the
    lab, and LeftoverError, StillRunningError or CommandError when something could not be removed.
    """
    require_own(lab)
    before = belongings(lab)
    end_all(lambda: processes_of(lab))
    remove_mounts(lab.folder)
    remove_cgroups(lab)
    for namespace in lab.existing_namespaces():
        remove_namespace(namespace)
    left = belongings(lab)
    if left:
        raise LeftoverError(f"lab {lab.name!r} could not be removed completely: {left} are left")
    _remove_files(lab, keep_logs=keep_logs)
    release(lab)
    return before


def _remove_files(lab: Lab, *, keep_logs: bool) -> None:
    if not lab.folder.is_dir():
        return
    for entry in lab.folder.iterdir():
        if keep_logs and entry == lab.log:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if not keep_logs:
        lab.folder.rmdir()
