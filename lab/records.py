"""Long-running processes of a lab: started detached, and written down so that `down` finds them."""

import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.processes import (
    ProcessId,
    StillRunningError,
    identify,
    is_running,
    wait_until_gone,
)
from lab.state import Lab


class DiedError(RuntimeError):
    """A process of the lab ended while it was being waited for."""

    def __init__(self, message: str, log: Path) -> None:
        self.log = log
        super().__init__(message)


@dataclass(frozen=True)
class Record:
    """One started process: who it is and how to start it again."""

    name: str
    process: ProcessId
    argv: tuple[str, ...]
    log: Path

    @property
    def running(self) -> bool:
        return is_running(self.process)

    def require_running(self) -> None:
        """Raises DiedError, with the last line of the log, when the process has ended."""
        if not self.running:
            lines = self.log.read_text(errors="replace").strip().splitlines()
            said = lines[-1][:300] if lines else "(it wrote nothing)"
            raise DiedError(f"{self.name} ended: {said}", self.log)


def record_path(lab: Lab, name: str) -> Path:
    return lab.run / f"{name}.json"


def write_atomically(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Readers see the old text or the new, never a part, also after a crash in the middle."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)


def write_record(lab: Lab, record: Record) -> None:
    text = json.dumps(
        {
            "name": record.name,
            "process": asdict(record.process),
            "argv": record.argv,
            "log": str(record.log),
        },
        indent=1,
    )
    write_atomically(record_path(lab, record.name), text)


def read_record(lab: Lab, name: str) -> Record | None:
    """The record, or None when there is none."""
    try:
        data = json.loads(record_path(lab, name).read_text())
    except FileNotFoundError:
        return None
    return Record(
        data["name"], ProcessId(**data["process"]), tuple(data["argv"]), Path(data["log"])
    )


def all_records(lab: Lab) -> list[Record]:
    if not lab.run.is_dir():
        return []
    names = sorted(p.stem for p in lab.run.glob("*.json") if not p.name.startswith("."))
    return [record for name in names if (record := read_record(lab, name))]


def start(
    lab: Lab, name: str, argv: Sequence[str], *, environment: Mapping[str, str] | None = None
) -> Record:
    """Starts `argv` as a session of its own, with output to `log/<name>.log`, and records it.

    A kill -9 between start and record loses the record only: the process lives in one of the lab's
    network namespaces, where `down` finds it.
    """
    log = lab.log / f"{name}.log"
    pid = os.posix_spawnp(
        argv[0],
        list(argv),
        dict(os.environ if environment is None else environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=[signal.SIGINT, signal.SIGPIPE],
    )
    process = identify(pid)
    if process is None:
        raise DiedError(f"{name} ended at once", log)
    record = Record(name, process, tuple(argv), log)
    write_record(lab, record)
    return record


def start_again(lab: Lab, name: str) -> Record:
    """Starts the recorded command again unless it runs. Raises KeyError without a record."""
    record = read_record(lab, name)
    if record is None:
        raise KeyError(f"lab {lab.name!r} never started a process called {name!r}")
    return record if record.running else start(lab, name, record.argv)


def stop(record: Record, *, grace_s: float) -> float:
    """Ends a process and its children: SIGTERM, then SIGKILL after `grace_s` seconds.

    Each process here was started as the leader of a group of its own, and while the leader lives
    that group's number is nobody else's. Returns the seconds it took.
    """
    began = time.monotonic()
    if record.running:
        for number in (signal.SIGTERM, signal.SIGCONT):
            _signal_group(record, number)
        try:
            wait_until_gone([record.process], timeout_s=grace_s)
        except StillRunningError:
            _signal_group(record, signal.SIGKILL)
            wait_until_gone([record.process], timeout_s=5)
    return time.monotonic() - began


def _signal_group(record: Record, number: signal.Signals) -> None:
    if record.running:
        with suppress(ProcessLookupError):
            os.killpg(record.process.pid, number)
