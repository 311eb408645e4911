"""Faults of the engine and of Keepalived inside a load-balancer machine."""

import signal

from components.model.capabilities import Engine
from components.render.layout import CURRENT
from lab.commands import CommandError
from lab.faults.fault import Fault, FaultError, Role
from lab.machines import processes_named, run_in_machine
from lab.processes import ProcessId, send
from lab.state import Lab

VRRP = "keepalived"


def _running_engine(lab: Lab, target: str) -> list[ProcessId]:
    """The processes of whichever engine runs there."""
    return processes_named(lab, target, *(engine.value for engine in Engine))


def configured_engine(lab: Lab, target: str) -> Engine:
    """The engine that the release in use on the machine configures, whether it runs or not.

    Raises FaultError when the machine has no release of any engine.
    """
    for engine in Engine:
        try:
            run_in_machine(lab, target, ["test", "-e", f"{CURRENT}/systemd/{engine.value}.conf"])
        except CommandError:
            continue
        return engine
    raise FaultError(f"{target} has no engine: 'hactl lab up' first")


def _signal_all(target: str, program: str, found: list[ProcessId], number: signal.Signals) -> None:
    """The oldest first: a master would start a new worker for one that is gone."""
    if not found:
        raise FaultError(f"no {program} runs on {target}: there is nothing to hit")
    for process in sorted(found, key=lambda p: (p.start_time, p.pid)):
        send(process, number)


def _start(lab: Lab, target: str, unit: str) -> None:
    run_in_machine(lab, target, ["systemctl", "reset-failed", unit])
    run_in_machine(lab, target, ["systemctl", "start", unit])


def _kill_engine(lab: Lab, target: str) -> None:
    _signal_all(target, "engine", _running_engine(lab, target), signal.SIGKILL)


def _start_engine(lab: Lab, target: str) -> None:
    _start(lab, target, configured_engine(lab, target).value)


def _hang_engine(lab: Lab, target: str) -> None:
    _signal_all(target, "engine", _running_engine(lab, target), signal.SIGSTOP)


def _continue_engine(lab: Lab, target: str) -> None:
    for process in _running_engine(lab, target):
        send(process, signal.SIGCONT)


def _stop_keepalived(lab: Lab, target: str) -> None:
    run_in_machine(lab, target, ["systemctl", "stop", VRRP])


def _kill_keepalived(lab: Lab, target: str) -> None:
    _signal_all(target, VRRP, processes_named(lab, target, VRRP), signal.SIGKILL)


def _start_keepalived(lab: Lab, target: str) -> None:
    _start(lab, target, VRRP)


_MACHINE = frozenset({Role.LOAD_BALANCER})

FAULTS = (
    Fault(
        "kill-engine",
        _MACHINE,
        "kill -9 of every process of the engine; systemd starts it again",
        _kill_engine,
        _start_engine,
    ),
    Fault(
        "hang-engine",
        _MACHINE,
        "the engine is stopped (SIGSTOP): the kernel accepts connections that nobody serves",
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
