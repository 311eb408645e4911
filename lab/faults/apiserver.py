"""Faults of a kube-apiserver's process."""

import signal

from lab.control_plane.programs import REQUEST_TIMEOUT_S, SHUTDOWN_DELAY_S, apiserver_name
from lab.control_plane.start import wait_for_apiserver
from lab.faults.fault import Fault, FaultError, Role
from lab.processes import send, wait_until_gone
from lab.records import Record, read_record, start_again
from lab.state import Lab

DRAIN_S = SHUTDOWN_DELAY_S + REQUEST_TIMEOUT_S + 20.0
"""Give-up time of a graceful stop: the delay, then watches that nobody closes, then 20 s to end."""


def _record(lab: Lab, target: str) -> Record:
    record = read_record(lab, apiserver_name(target))
    if record is None:
        raise FaultError(
            f"lab {lab.name!r} has no kube-apiserver on {target}: 'hactl lab up' first"
        )
    return record


def _kill(lab: Lab, target: str) -> None:
    process = _record(lab, target).process
    if send(process, signal.SIGKILL):
        wait_until_gone([process], timeout_s=5)


def _start(lab: Lab, target: str) -> None:
    _record(lab, target)
    wait_for_apiserver(lab, target, start_again(lab, apiserver_name(target)))


def _freeze(lab: Lab, target: str) -> None:
    record = _record(lab, target)
    if not send(record.process, signal.SIGSTOP):
        raise FaultError(f"no kube-apiserver runs on {target}: there is nothing to freeze")


def _thaw(lab: Lab, target: str) -> None:
    record = _record(lab, target)
    if send(record.process, signal.SIGCONT):
        wait_for_apiserver(lab, target, record)


def _stop_gracefully(lab: Lab, target: str) -> None:
    record = _record(lab, target)
    if send(record.process, signal.SIGTERM):
        wait_until_gone([record.process], timeout_s=DRAIN_S)


def _restart_gracefully(lab: Lab, target: str) -> None:
    _stop_gracefully(lab, target)
    _start(lab, target)


_APISERVER = frozenset({Role.APISERVER})

FAULTS = (
    Fault(
        "kill", _APISERVER, "kill -9 of the kube-apiserver: connections are refused", _kill, _start
    ),
    Fault(
        "freeze",
        _APISERVER,
        "the kube-apiserver is stopped (SIGSTOP): connections are accepted and never served",
        _freeze,
        _thaw,
    ),
    Fault(
        "stop-gracefully",
        _APISERVER,
        f"SIGTERM: /readyz is 500 for {SHUTDOWN_DELAY_S} s, then it drains and ends",
        _stop_gracefully,
        _start,
    ),
    Fault(
        "restart-gracefully",
        _APISERVER,
        f"SIGTERM: /readyz is 500 for {SHUTDOWN_DELAY_S} s, then it drains and a new one starts",
        _restart_gracefully,
        _start,
        lasts=False,
    ),
)
