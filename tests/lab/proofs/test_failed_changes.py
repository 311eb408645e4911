"""A change that fails leaves every host serving what it served, and the next one completes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.commands import CommandError
from lab.drill.waiting import wait_until
from lab.fabric.namespaces import ip
from lab.faults import apply_fault, heal_fault
from lab.hosts import LOAD_BALANCERS
from lab.machines import processes_named, run_in_machine
from lab.processes import identify, send
from lab.records import read_record
from lab.stack import RUN_NAME, recover
from tests.lab.asking import answer
from tests.lab.proofs.conftest import ENGINES
from tests.lab.proofs.stack import Settings, StackUnderTest

pytestmark = [
    pytest.mark.beside,
    pytest.mark.parametrize("engine", ENGINES[:1], indirect=True, ids=str),
]
"""What a transaction does for one engine it does for the other (tests/lab/hosts)."""

BACKUP = "lb2"
FREE_VIP = "198.18.0.77"
REFUSED_CONFIGURATION = Path(__file__).parent / "refused_configuration"
LOG = "/var/log/k8s-ha-lb.log"


def change(settings: Settings) -> None:
    settings["timeouts"] = {"tunnelMs": 14_100_000}


def other_vip(settings: Settings) -> None:
    settings["vips"][0]["address"] = FREE_VIP


def in_service(stack: StackUnderTest, node: str) -> str:
    """What a node runs: its release and the process ids of its services."""
    services = f"{stack.engine.value} keepalived"
    show = f"readlink /etc/k8s-ha-lb/current; systemctl show -p MainPID {services}"
    return run_in_machine(stack.lab, node, ["sh", "-c", show])


@contextmanager
def nothing_changes(stack: StackUnderTest, *nodes: str) -> Iterator[None]:
    """The nodes run the same before and after, and the API answers."""
    before = {node: in_service(stack, node) for node in nodes}
    yield
    assert {node: in_service(stack, node) for node in nodes} == before
    assert answer(stack.lab, "vip") == 200


@pytest.fixture
def restored(stack: StackUnderTest) -> Iterator[StackUnderTest]:
    """The stack, back to its own settings afterwards: the next `up` completes."""
    yield stack
    stack.up()
    stack.settle()


def test_a_configuration_that_the_engine_refuses_changes_nothing_and_is_told_in_its_words(
    restored: StackUnderTest,
) -> None:
    with (
        nothing_changes(restored, *LOAD_BALANCERS),
        pytest.raises(CommandError) as failure,
    ):
        restored.up(project=REFUSED_CONFIGURATION)
    said = str(failure.value)
    assert "haproxy refuses its configuration, nothing was changed" in said
    assert "unknown keyword 'no-such-keyword;'" in said
    assert BACKUP in said


def test_a_full_disk_changes_nothing_and_the_next_change_completes(
    restored: StackUnderTest,
) -> None:
    apply_fault(restored.lab, "fill-disk", BACKUP)
    try:
        with (
            nothing_changes(restored, *LOAD_BALANCERS),
            pytest.raises(CommandError, match=r"KiB|disk full|No space left"),
        ):
            restored.up(change)
    finally:
        heal_fault(restored.lab, "fill-disk", BACKUP)
    restored.up(change)


def test_an_ssh_connection_that_drops_in_the_middle_does_not_stop_the_host(
    restored: StackUnderTest,
) -> None:
    lab = restored.lab
    before = in_service(restored, BACKUP)
    with started(restored) as failures:
        wait_for_switch(restored, BACKUP)
        for process in processes_named(lab, BACKUP, "sshd"):
            if process.pid != listening_sshd(restored, BACKUP):
                send(process, signal.SIGKILL)
    assert failures, "the update should have noticed the broken connection"
    verified = ["sh", "-c", f"tail -n 1 {LOG}"]
    wait_until(
        f"{BACKUP} finishes by itself",
        lambda: "is verified" in run_in_machine(lab, BACKUP, verified),
        timeout_s=60,
    )
    assert in_service(restored, BACKUP) != before
    assert answer(lab, "vip") == 200
    restored.up(change)


def test_a_killed_pulumi_leaves_the_hosts_serving_and_the_next_change_completes(
    restored: StackUnderTest,
) -> None:
    lab = restored.lab
    with started(restored) as failures:
        wait_for_switch(restored, BACKUP)
        record = read_record(lab, RUN_NAME)
        assert record is not None
        send(record.process, signal.SIGKILL)
    assert failures
    assert answer(lab, "vip") == 200
    recover(lab, restored.parts, log=lab.log / "pulumi-test.log")
    restored.up(change)


def test_a_wrong_host_key_is_refused_before_anything_changes(stack: StackUnderTest) -> None:
    renew = (
        "cd /etc/ssh && mv ssh_host_ed25519_key kept && mv ssh_host_ed25519_key.pub kept.pub"
        " && ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key && systemctl restart ssh"
    )
    keep = (
        "cd /etc/ssh && mv kept ssh_host_ed25519_key && mv kept.pub ssh_host_ed25519_key.pub"
        " && systemctl restart ssh"
    )
    run_in_machine(stack.lab, BACKUP, ["sh", "-c", renew])
    try:
        with (
            nothing_changes(stack, *LOAD_BALANCERS),
            pytest.raises(CommandError, match="host key mismatch"),
        ):
            stack.up(change)
    finally:
        run_in_machine(stack.lab, BACKUP, ["sh", "-c", keep])


def test_an_unreachable_host_is_told_and_the_other_is_not_touched(
    stack: StackUnderTest,
) -> None:
    apply_fault(stack.lab, "partition", BACKUP)
    try:
        with (
            nothing_changes(stack, *LOAD_BALANCERS),
            pytest.raises(CommandError, match=r"198\.18\.0\.12"),
        ):
            stack.up(change)
    finally:
        heal_fault(stack.lab, "partition", BACKUP)


def test_a_vip_that_another_machine_uses_is_refused_before_anything_changes(
    stack: StackUnderTest,
) -> None:
    ip(stack.lab, "stranger", "address", "add", f"{FREE_VIP}/24", "dev", "eth0")
    try:
        with (
            nothing_changes(stack, *LOAD_BALANCERS),
            pytest.raises(CommandError, match=f"VIP {FREE_VIP} is already in use on eth0"),
        ):
            stack.up(other_vip)
    finally:
        ip(stack.lab, "stranger", "address", "del", f"{FREE_VIP}/24", "dev", "eth0")


@contextmanager
def started(stack: StackUnderTest) -> Iterator[list[CommandError]]:
    """`pulumi up` with a change in the background; its failure is in the list at the end."""
    failures: list[CommandError] = []

    def run() -> None:
        try:
            stack.up(change)
        except CommandError as failure:
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield failures
    finally:
        thread.join(timeout=120)
        assert not thread.is_alive(), "pulumi has not ended"


def wait_for_switch(stack: StackUnderTest, node: str) -> None:
    """Waits until the transaction on `node` has switched and not yet verified."""
    pending = ["test", "-e", "/etc/k8s-ha-lb/pending"]

    def is_pending() -> bool:
        try:
            run_in_machine(stack.lab, node, pending)
        except CommandError:
            return False
        return True

    wait_until(f"{node} is in the middle of its transaction", is_pending, timeout_s=60)


def listening_sshd(stack: StackUnderTest, node: str) -> int:
    """Process id, on this host, of the sshd that accepts connections."""
    inside = run_in_machine(stack.lab, node, ["systemctl", "show", "-P", "MainPID", "ssh"]).strip()
    for process in processes_named(stack.lab, node, "sshd"):
        status = Path(f"/proc/{process.pid}/status").read_text()
        numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()
        if numbers[-1] == inside and identify(process.pid) == process:
            return process.pid
    raise AssertionError(f"no sshd listens on {node}")
