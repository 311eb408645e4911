"""Processes by identity."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.processes import ProcessId, StillRunningError, identify, is_running, send, wait_until_gone
from lab.records import DiedError, read_record, start, start_again, stop
from lab.state import Lab

FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def sleeper() -> Iterator[ProcessId]:
    child = subprocess.Popen(FOREVER)
    process = identify(child.pid)
    assert process is not None
    yield process
    child.kill()
    child.wait()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab.named("unit", under=tmp_path)
    lab.make_folders()
    yield lab
    record = read_record(lab, "sleeper")
    if record is not None:
        stop(record, grace_s=0)


def test_a_recycled_pid_is_never_signalled(sleeper: ProcessId) -> None:
    former = replace(sleeper, start_time=sleeper.start_time - 1)
    assert not send(former, signal.SIGKILL)
    assert is_running(sleeper)


def test_a_process_of_an_earlier_boot_is_never_signalled(sleeper: ProcessId) -> None:
    former = replace(sleeper, boot="00000000-0000-0000-0000-000000000000")
    assert not send(former, signal.SIGKILL)
    assert is_running(sleeper)


def test_a_zombie_counts_as_gone(sleeper: ProcessId) -> None:
    assert send(sleeper, signal.SIGKILL)
    wait_until_gone([sleeper], timeout_s=5)
    assert not is_running(sleeper)
    assert Path(f"/proc/{sleeper.pid}").exists(), "nobody has reaped it yet"


def test_waiting_for_a_process_that_stays_is_an_error_that_names_it(sleeper: ProcessId) -> None:
    with pytest.raises(StillRunningError, match=str(sleeper.pid)):
        wait_until_gone([sleeper], timeout_s=0.05)


def test_a_started_process_is_on_record_and_leads_its_own_session(lab: Lab) -> None:
    record = start(lab, "sleeper", FOREVER)
    assert read_record(lab, "sleeper") == record
    assert os.getsid(record.process.pid) == record.process.pid


def test_a_process_that_runs_is_not_started_again(lab: Lab) -> None:
    first = start(lab, "sleeper", FOREVER)
    assert start_again(lab, "sleeper") == first
    stop(first, grace_s=0)
    assert start_again(lab, "sleeper").process != first.process


def test_stopping_ends_the_whole_group_even_when_it_is_frozen(lab: Lab) -> None:
    record = start(lab, "sleeper", FOREVER)
    os.kill(record.process.pid, signal.SIGSTOP)
    assert stop(record, grace_s=5) < 5
    assert not record.running


def test_a_process_that_ended_is_reported_with_the_last_line_it_wrote(lab: Lab) -> None:
    record = start(lab, "sleeper", ["sh", "-c", "echo no such flag >&2; exec sleep 60"])
    while "no such flag" not in record.log.read_text():
        assert record.running
    stop(record, grace_s=5)
    with pytest.raises(DiedError, match="sleeper ended: no such flag") as caught:
        record.require_running()
    assert caught.value.log == record.log
