"""Every fault of a load-balancer machine is survived by the API, and heals to one holder."""

import pytest

from lab.commands import CommandError
from lab.faults import active_faults, apply_fault, heal_fault
from lab.machines import run_in_machine, vip_holders
from lab.state import Lab
from tests.lab.asking import answer, wait_until

BACK_S = 30.0
"""Far more than the profile's slowest fail-over or fail-back; how long it really takes is measured
by the drills."""

MOVES = {
    "hang-engine": ["lb2"],
    "stop-keepalived": ["lb2"],
    "cut-link": ["lb2"],
    "power-off": ["lb2"],
    "partition": ["lb1", "lb2"],
}
"""Who carries the VIP while the fault lasts. A partitioned holder cannot know that it is one."""


def _healthy(lab: Lab) -> bool:
    return vip_holders(lab) == ["lb1"] and answer(lab, "vip") == 200


@pytest.mark.parametrize("kind", [*MOVES, "kill-engine", "kill-keepalived"])
def test_the_api_answers_during_the_fault_and_one_machine_holds_the_vip_after_it(
    lab: Lab, kind: str
) -> None:
    wait_until("lb1 holds the VIP", lambda: _healthy(lab), timeout_s=BACK_S)
    try:
        for _ in ("first", "again"):
            apply_fault(lab, kind, "lb1")
        wait_until("the API answers", lambda: answer(lab, "vip") == 200, timeout_s=BACK_S)
        if kind in MOVES:
            wait_until("the VIP moves", lambda: vip_holders(lab) == MOVES[kind], timeout_s=BACK_S)
    finally:
        for _ in ("first", "again"):
            heal_fault(lab, kind, "lb1")
    wait_until("lb1 holds the VIP alone", lambda: _healthy(lab), timeout_s=BACK_S)
    assert active_faults(lab) == []


def test_a_full_disk_refuses_every_write_and_loses_nothing(lab: Lab) -> None:
    def write(path: str) -> str:
        return run_in_machine(lab, "lb2", ["sh", "-c", f"echo written | tee {path} >&2"])

    managed = "/etc/k8s-ha-lb/current/keepalived/keepalived.conf"
    before = run_in_machine(lab, "lb2", ["sha256sum", managed])
    apply_fault(lab, "fill-disk", "lb2")
    try:
        for folder in ("/etc", "/var/lib", "/usr/local", "/root"):
            with pytest.raises(CommandError, match="No space left on device"):
                write(f"{folder}/fault")
        assert run_in_machine(lab, "lb2", ["sha256sum", managed]) == before
        assert run_in_machine(lab, "lb2", ["systemctl", "is-active", "keepalived"]) == "active\n"
    finally:
        heal_fault(lab, "fill-disk", "lb2")
    write("/etc/fault")
    assert run_in_machine(lab, "lb2", ["cat", "/etc/fault"]) == "written\n"
    run_in_machine(lab, "lb2", ["rm", "/etc/fault"])
