"""All faults by name, and the two things to do with one."""

from lab.commands import CommandError
from lab.control_plane.readiness import NotReadyError
from lab.faults import answer_500, apiserver, disk, engine, network, power
from lab.faults.fault import (
    ActiveFault,
    Fault,
    FaultError,
    active_faults,
    forget,
    note,
    role_of,
)
from lab.machines import MachineError
from lab.records import DiedError
from lab.state import Lab

FAULTS = {
    fault.kind: fault
    for module in (engine, power, network, disk, apiserver, answer_500)
    for fault in module.FAULTS
}


def apply_fault(lab: Lab, kind: str, target: str) -> None:
    """Makes the fault happen to the target; on return it has happened.

    It is recorded first, so that a fault that was only half made is known and can be healed. When
    it is active already and has nothing left to hit, nothing happens.
    Raises FaultError for an unknown kind, a target that the fault does not fit or that has nothing
    to hit, MachineError for a machine that is off, and CommandError.
    """
    fault = _fitting(kind, target)
    active = ActiveFault(kind, target)
    known = active in active_faults(lab)
    if fault.lasts:
        note(lab, active)
    try:
        fault.apply(lab, target)
    except (FaultError, MachineError):
        if known:
            return
        forget(lab, active)
        raise


def prepare_fault(lab: Lab, kind: str, target: str) -> None:
    """Does what the fault needs beforehand, so that it strikes at once when it is applied.

    Raises FaultError for an unknown kind or a target that the fault does not fit.
    """
    fault = _fitting(kind, target)
    if fault.prepare is not None:
        note(lab, ActiveFault(kind, target))
        fault.prepare(lab, target)


def heal_fault(lab: Lab, kind: str, target: str) -> None:
    """Undoes the fault, whether it is recorded or not; on return its target works again.

    Raises FaultError for an unknown kind or a target that the fault does not fit.
    """
    _fitting(kind, target).heal(lab, target)
    forget(lab, ActiveFault(kind, target))


def heal_all(lab: Lab) -> list[ActiveFault]:
    """Heals every recorded fault, power and network first; returns them.

    One that cannot be healed does not keep the others from it; FaultError names it in the end.
    """
    kinds = ("power-off", "cut-link", "partition", "packet-loss")
    order = sorted(active_faults(lab), key=lambda f: (f.kind not in kinds, f))
    problems: list[str] = []
    for fault in order:
        try:
            heal_fault(lab, fault.kind, fault.target)
        except (CommandError, DiedError, FaultError, MachineError, NotReadyError) as problem:
            problems.append(f"{fault.kind} on {fault.target} is not healed: {problem}")
    if problems:
        raise FaultError("\n".join(problems))
    return order


def _fitting(kind: str, target: str) -> Fault:
    fault = FAULTS.get(kind)
    if fault is None:
        raise FaultError(f"there is no fault {kind!r}: choose one of {', '.join(sorted(FAULTS))}")
    role = role_of(target)
    if role not in fault.roles:
        fit = ", ".join(sorted(k for k, f in FAULTS.items() if role in f.roles))
        raise FaultError(f"fault {kind!r} does not fit {target} (a {role}): choose one of {fit}")
    return fault
