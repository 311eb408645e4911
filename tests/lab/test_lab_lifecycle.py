"""A lab comes and goes without a trace, however it is interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest

from lab.fabric.build import ensure_fabric
from lab.lock import changing
from lab.owner import claim
from lab.parts import Parts
from lab.processes import PROC
from lab.records import all_records
from lab.removal.everything import belongings, remove_lab
from lab.state import CHECKOUT, Lab
from tests.lab.asking import wait_until
from tests.lab.labs import lab_of_the_tests

Started = subprocess.Popen[str]


@pytest.fixture
def own_lab(lab_machine: None, request: pytest.FixtureRequest) -> Generator[Lab]:
    with lab_of_the_tests(request.session) as lab:
        yield lab


def _hactl(lab: Lab, *arguments: str) -> Started:
    return subprocess.Popen(
        [sys.executable, "-m", "ops", "lab", *arguments, "--name", lab.name],
        cwd=CHECKOUT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _finish(command: Started, *, expected: int = 0) -> str:
    said, _ = command.communicate(timeout=240)
    assert command.returncode == expected, said
    return said


def _traces(lab: Lab) -> list[str]:
    """What is left of a lab, found without the lab's own code."""
    found = [f"namespace {p.name}" for p in Path("/run/netns").glob(f"{lab.name}-*")]
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    found += [f"mount {line}" for line in mounts if f"/.lab/{lab.name}/" in line]
    cgroups = Path("/sys/fs/cgroup").glob(f"**/k8s-ha-lb-{lab.name}-*")
    found += [f"cgroup {path}" for path in cgroups]
    found += [f"record {path}" for path in Path("/run/k8s-ha-lb").glob(lab.name)]
    for entry in PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                if f"/.lab/{lab.name}/" in command:
                    found.append(f"process {entry.name} {command}")
    return found


def _has_namespace(lab: Lab, host: str) -> bool:
    return lab.namespace_path(host).exists()


def _has_record(lab: Lab, name: str) -> bool:
    return (lab.run / f"{name}.json").exists()


MOMENTS: dict[str, Callable[[Lab], bool]] = {
    "the switch is there": lambda lab: _has_namespace(lab, "switch"),
    "etcd runs": lambda lab: _has_record(lab, "etcd"),
    "the apiservers start": lambda lab: _has_record(lab, "kube-apiserver-cp2"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_down_leaves_nothing_after_a_kill_9_of_up(
    own_lab: Lab, lab_parts: Parts, moment: str
) -> None:
    up = _hactl(own_lab, "up", "--control-plane-only")
    wait_until(moment, lambda: MOMENTS[moment](own_lab), timeout_s=60)
    os.killpg(up.pid, signal.SIGKILL)
    up.communicate()
    assert _traces(own_lab)
    _finish(_hactl(own_lab, "down"))
    assert _traces(own_lab) == []
    assert _finish(_hactl(own_lab, "status"), expected=3).strip().endswith("is down")


def test_up_goes_on_after_a_kill_9_of_up_and_the_next_one_starts_nothing(
    own_lab: Lab, lab_parts: Parts
) -> None:
    first = _hactl(own_lab, "up", "--control-plane-only")
    wait_until("etcd runs", lambda: _has_record(own_lab, "etcd"), timeout_s=60)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    said = _finish(_hactl(own_lab, "up", "--control-plane-only"))
    assert "is up after" in said
    running = [(r.name, r.process) for r in all_records(own_lab) if r.running]
    assert len(running) == 1 + 3 + 3
    _finish(_hactl(own_lab, "up", "--control-plane-only"))
    assert [(r.name, r.process) for r in all_records(own_lab)] == running


def test_a_killed_down_is_finished_by_the_next(own_lab: Lab, lab_parts: Parts) -> None:
    _finish(_hactl(own_lab, "up", "--control-plane-only"))
    there = len(_traces(own_lab))
    down = _hactl(own_lab, "down")
    wait_until("something is gone", lambda: len(_traces(own_lab)) < there, timeout_s=30)
    os.killpg(down.pid, signal.SIGKILL)
    down.communicate()
    _finish(_hactl(own_lab, "down"))
    assert _traces(own_lab) == []


def test_down_of_a_lab_that_never_was_is_fine(own_lab: Lab) -> None:
    said = _finish(_hactl(own_lab, "down"))
    assert "0 processes, 0 mounts, 0 cgroups, 0 network namespaces" in said


def test_a_process_without_a_record_is_found_by_its_namespace(own_lab: Lab) -> None:
    own_lab.make_folders()
    ensure_fabric(own_lab)
    inside = ["nsenter", f"--net={own_lab.namespace_path('client')}", "sleep", "600"]
    forgotten = subprocess.Popen(inside, start_new_session=True)
    wait_until("it is inside", lambda: bool(belongings(own_lab).processes), timeout_s=10)
    remove_lab(own_lab)
    assert forgotten.wait(timeout=5) == -signal.SIGKILL


def test_a_second_up_of_the_same_lab_is_told_to_wait(own_lab: Lab) -> None:
    with changing(own_lab, "up"):
        said = _finish(_hactl(own_lab, "up"), expected=1)
    assert f"lab '{own_lab.name}' is being changed by 'hactl lab up'" in said
    assert belongings(own_lab).namespaces == ()


def test_the_lab_of_another_checkout_is_refused_untouched_until_that_is_gone(
    own_lab: Lab, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    own_lab.make_folders()
    ensure_fabric(own_lab)
    claim(own_lab, other)
    there = _traces(own_lab)
    refusal = f"lab '{own_lab.name}' belongs to {other}: work there"
    for command in ("up", "down", "status", "fault apply partition cp1", "fault heal --all"):
        assert refusal in _finish(_hactl(own_lab, *command.split()), expected=1)
    assert _traces(own_lab) == there
    other.rmdir()
    assert "which is gone" in _finish(_hactl(own_lab, "up"), expected=1)
    _finish(_hactl(own_lab, "down"))
    assert _traces(own_lab) == []


def test_the_hosts_own_network_is_never_touched(own_lab: Lab) -> None:
    def host_network() -> list[str]:
        commands = (
            ["ip", "-o", "link"],
            ["ip", "-o", "address"],
            ["ip", "route", "show", "table", "all"],
            ["ip", "-6", "route", "show", "table", "all"],
            ["ip", "rule"],
            ["nft", "list", "ruleset"],
            ["sysctl", "net.ipv4.ip_forward", "net.ipv6.conf.all.accept_dad"],
        )
        return [subprocess.check_output(command, text=True) for command in commands]

    before = host_network()
    own_lab.make_folders()
    ensure_fabric(own_lab)
    assert host_network() == before
    remove_lab(own_lab)
    assert host_network() == before


def test_a_damaged_network_is_mended_and_the_rest_stays(own_lab: Lab) -> None:
    own_lab.make_folders()
    ensure_fabric(own_lab)
    subprocess.check_call(["ip", "netns", "delete", own_lab.namespace("cp2")])
    assert ensure_fabric(own_lab) == ["cp2"]
    assert ensure_fabric(own_lab) == []
    subprocess.check_call(["ip", "-n", own_lab.namespace("switch"), "link", "delete", "lab0"])
    assert ensure_fabric(own_lab)[0] == "switch"
    assert ensure_fabric(own_lab) == []
