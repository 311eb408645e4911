"""All faults by name, and the two things to do with one."""

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
from lab.state import Lab

FAULTS = {
    fault.kind: fault
    for module in (engine, power, network, disk, apiserver, answer_500)
    for fault in module.FAULTS
}


def apply_fault(lab: Lab, kind: str, target: str) -> None:
    """Makes the fault happen to the target; on return it has happened.

    It is recorded first, so that a fault that was only half made is known and can be healed.
    Raises FaultError for an unknown kind or a target that the fault does not fit.
    """
    fault = _fitting(kind, target)
    active = ActiveFault(kind, target)
    if fault.lasts:
        note(lab, active)
    fault.apply(lab, target)


def heal_fault(lab: Lab, kind: str, target: str) -> None:
    """Undoes the fault, whether it is recorded or not; on return its target works again.

    Raises FaultError for an unknown kind or a target that the fault does not fit.
    """
    _fitting(kind, target).heal(lab, target)
    forget(lab, ActiveFault(kind, target))


def heal_all(lab: Lab) -> list[ActiveFault]:
    """Heals every recorded fault, power and network first; returns them."""
    kinds = ("power-off", "cut-link", "partition")
    order = sorted(active_faults(lab), key=lambda f: (f.kind not in kinds, f))
    for fault in order:
        heal_fault(lab, fault.kind, fault.target)
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
