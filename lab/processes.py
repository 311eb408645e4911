"""Processes by an identity that survives the reuse of process numbers.

A process is known by its pid, its start time in clock ticks since boot (proc(5), field 22 of
/proc/PID/stat) and the boot it belongs to. A signal goes through a pidfd (pidfd_open(2)), which is
compared with that identity first, so a recycled pid is never signalled.
"""

import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


class StillRunningError(RuntimeError):
    """Processes did not end in the time given."""


@dataclass(frozen=True)
class ProcessId:
    pid: int
    start_time: int
    boot: str


def boot_id() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def _state_and_start(pid: int) -> tuple[str, int] | None:
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return fields[0], int(fields[19])


def identify(pid: int) -> ProcessId | None:
    """The identity of a process that exists and is not a zombie, else None."""
    found = _state_and_start(pid)
    if found is None or found[0] in "ZX":
        return None
    return ProcessId(pid, found[1], boot_id())


def is_running(process: ProcessId) -> bool:
    """Whether this very process is still there. A zombie nobody reaps counts as gone."""
    return identify(process.pid) == process


def send(process: ProcessId, number: signal.Signals) -> bool:
    """Signals exactly this process; False when it is gone."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        if not is_running(process):
            return False
        signal.pidfd_send_signal(descriptor, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)


def wait_until_gone(processes: Iterable[ProcessId], *, timeout_s: float) -> None:
    """Waits until the last thread of each has ended and its sockets are closed.

    Raises StillRunningError when one of them is still there after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    for process in processes:
        try:
            descriptor = os.pidfd_open(process.pid)
        except OSError:
            continue
        try:
            if not _is_same(process):
                continue
            left_ms = max(0.0, deadline - time.monotonic()) * 1000
            watch = select.poll()
            watch.register(descriptor, select.POLLIN)
            if not watch.poll(left_ms):
                raise StillRunningError(
                    f"process {process.pid} ({command_name(process.pid)}) still runs"
                    f" {timeout_s:g} s after it was told to end"
                )
        finally:
            os.close(descriptor)


def _is_same(process: ProcessId) -> bool:
    """Whether the pid is still this process's, be it a zombie some of whose threads live on."""
    found = _state_and_start(process.pid)
    return found is not None and found[1] == process.start_time


def all_pids() -> Iterator[int]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def network_namespace_of(pid: int) -> tuple[int, int] | None:
    """Device and inode of the process's network namespace, as a file in /run/netns has them."""
    try:
        found = (PROC / str(pid) / "ns/net").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def command_name(pid: int) -> str:
    """The name of the program, at most 15 characters (proc(5), comm), or '' when it is gone."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def resident_mib(leader: int) -> float:
    """Resident memory of a process group in MiB; pages that its processes share count for each."""
    total = 0
    for pid in all_pids():
        try:
            stat = (PROC / str(pid) / "stat").read_text()
        except OSError:
            continue
        fields = stat[stat.rindex(")") + 2 :].split()
        if int(fields[2]) == leader:
            total += int(fields[21])
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20


def own_ancestry() -> set[int]:
    """This process and everything above it, which a sweep must never end."""
    found: set[int] = set()
    pid = os.getpid()
    while pid > 0 and pid not in found:
        found.add(pid)
        try:
            stat = (PROC / str(pid) / "stat").read_text()
        except OSError:
            break
        pid = int(stat[stat.rindex(")") + 2 :].split()[1])
    return found
