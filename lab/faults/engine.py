"""Faults of HAProxy and Keepalived inside a load-balancer machine."""

import signal

from lab.faults.fault import Fault, FaultError, Role
from lab.machines import processes_named, run_in_machine
from lab.processes import send
from lab.state import Lab

ENGINE = "haproxy"
VRRP = "keepalived"


def _signal_all(lab: Lab, target: str, program: str, number: signal.Signals) -> None:
    found = processes_named(lab, target, program)
    if not found:
        raise FaultError(f"no {program} runs on {target}: there is nothing to hit")
    for process in found:
        send(process, number)


def _start(lab: Lab, target: str, unit: str) -> None:
    run_in_machine(lab, target, ["systemctl", "reset-failed", unit])
    run_in_machine(lab, target, ["systemctl", "start", unit])


def _kill_engine(lab: Lab, target: str) -> None:
    _signal_all(lab, target, ENGINE, signal.SIGKILL)


def _start_engine(lab: Lab, target: str) -> None:
    _start(lab, target, ENGINE)


def _hang_engine(lab: Lab, target: str) -> None:
    _signal_all(lab, target, ENGINE, signal.SIGSTOP)


def _continue_engine(lab: Lab, target: str) -> None:
    for process in processes_named(lab, target, ENGINE):
        send(process, signal.SIGCONT)


def _stop_keepalived(lab: Lab, target: str) -> None:
    run_in_machine(lab, target, ["systemctl", "stop", VRRP])


def _kill_keepalived(lab: Lab, target: str) -> None:
    _signal_all(lab, target, VRRP, signal.SIGKILL)


def _start_keepalived(lab: Lab, target: str) -> None:
    _start(lab, target, VRRP)


_MACHINE = frozenset({Role.LOAD_BALANCER})

FAULTS = (
    Fault(
        "kill-engine",
        _MACHINE,
        "kill -9 of every haproxy process; systemd starts it again",
        _kill_engine,
        _start_engine,
    ),
    Fault(
        "hang-engine",
        _MACHINE,
        "haproxy is stopped (SIGSTOP): the kernel accepts connections that nobody serves",
        _hang_engine,
        _continue_engine,
    ),
    Fault(
        "stop-keepalived",
        _MACHINE,
        "systemctl stop keepalived: it gives the VIP back in order",
        _stop_keepalived,
        _start_keepalived,
    ),
    Fault(
        "kill-keepalived",
        _MACHINE,
        "kill -9 of every keepalived process: the VIP stays where it is, and is taken over",
        _kill_keepalived,
        _start_keepalived,
    ),
)
