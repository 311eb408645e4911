"""Steps name their log; a lab has one master at a time."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from lab.faults import FaultError, apply_fault
from lab.lock import LabBusyError, changing
from lab.owner import ForeignLabError, claim, release
from lab.records import DiedError
from lab.state import Lab
from lab.steps import StepFailedError, Steps


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    monkeypatch.setattr("lab.state.RUN_FOLDER", folder)
    return folder


def _steps(folder: Path) -> tuple[Steps, io.StringIO]:
    text = io.StringIO()
    return Steps(Console(file=text, width=200), folder), text


def test_a_step_shows_its_title_and_its_time(tmp_path: Path) -> None:
    steps, text = _steps(tmp_path)
    with steps.step("make the network", "fabric") as show:
        show("seven hosts")
    assert "seven hosts" in text.getvalue()
    assert "make the network 0.0 s" in text.getvalue()


def test_a_failing_step_names_its_log_which_holds_the_traceback(tmp_path: Path) -> None:
    steps, text = _steps(tmp_path)
    with (
        pytest.raises(StepFailedError, match="make the network: no bridge"),
        steps.step("make the network", "fabric"),
    ):
        raise OSError("no bridge")
    assert str(tmp_path / "fabric.log") in text.getvalue()
    assert "OSError: no bridge" in (tmp_path / "fabric.log").read_text()


def test_a_failing_step_names_the_log_of_the_process_that_ended(tmp_path: Path) -> None:
    steps, text = _steps(tmp_path)
    with pytest.raises(StepFailedError), steps.step("start etcd", "control-plane"):
        raise DiedError("etcd ended: no space", tmp_path / "etcd.log")
    assert str(tmp_path / "etcd.log") in text.getvalue()


def test_a_second_command_that_would_change_the_lab_is_told_who_does(tmp_path: Path) -> None:
    lab = Lab.named("demo", under=tmp_path)
    with (
        changing(lab, "up"),
        pytest.raises(LabBusyError, match=r"'hactl lab up' \(process \d+\)"),
        changing(lab, "down"),
    ):
        pass
    with changing(lab, "down"):
        pass


def test_a_lock_file_that_a_removal_took_away_locks_nobody_out_and_nobody_in(
    tmp_path: Path, run_folder: Path
) -> None:
    lab = Lab.named("demo", under=tmp_path)
    with changing(lab, "down"):
        release(lab)
        assert not run_folder.exists()
    with changing(lab, "up"), pytest.raises(LabBusyError), changing(lab, "down"):
        pass


def test_the_command_of_another_checkout_names_the_owner_and_not_its_process(
    tmp_path: Path,
) -> None:
    lab = Lab.named("demo", under=tmp_path)
    with changing(lab, "up"):
        claim(lab, tmp_path)
        with pytest.raises(ForeignLabError, match=f"belongs to {tmp_path}"), changing(lab, "up"):
            pass


@pytest.mark.parametrize(
    ("kind", "target", "says"),
    [
        ("explode", "lb1", "there is no fault 'explode'"),
        ("freeze", "lb1", "does not fit lb1 \\(a load balancer\\): choose one of cut-link"),
        ("power-off", "cp1", "does not fit cp1 \\(a kube-apiserver\\)"),
        ("kill", "cp9", "no fault can hit 'cp9': choose one of lb1, lb2, cp1"),
    ],
)
def test_a_fault_that_does_not_fit_is_refused_with_what_would(
    tmp_path: Path, kind: str, target: str, says: str
) -> None:
    with pytest.raises(FaultError, match=says):
        apply_fault(Lab.named("demo", under=tmp_path), kind, target)
