"""What a fault is, and the record of those that are active."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lab.hosts import CONTROL_PLANES, LOAD_BALANCERS
from lab.records import write_atomically
from lab.state import Lab

Action = Callable[[Lab, str], None]


class FaultError(RuntimeError):
    """A fault that does not exist, does not fit its target, or could not be made or healed."""


class Role(StrEnum):
    """What kind of host a fault can hit."""

    LOAD_BALANCER = "load balancer"
    APISERVER = "kube-apiserver"


@dataclass(frozen=True)
class Fault:
    """One kind of fault. Both actions may be repeated: the second time changes nothing."""

    kind: str
    roles: frozenset[Role]
    says: str
    """One line: what happens to the target."""
    apply: Action
    heal: Action
    lasts: bool = True
    """False when the fault is over once it has been applied."""
    prepare: Action | None = None
    """What takes time and does no harm yet; `apply` does it too when it was left out."""


@dataclass(frozen=True, order=True)
class ActiveFault:
    kind: str
    target: str


def role_of(target: str) -> Role:
    """Raises FaultError for a host that no fault can hit."""
    if target in CONTROL_PLANES:
        return Role.APISERVER
    if target in LOAD_BALANCERS:
        return Role.LOAD_BALANCER
    hosts = ", ".join((*LOAD_BALANCERS, *CONTROL_PLANES))
    raise FaultError(f"no fault can hit {target!r}: choose one of {hosts}")


def note(lab: Lab, fault: ActiveFault) -> None:
    lab.faults.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"kind": fault.kind, "target": fault.target})
    write_atomically(lab.faults / f"{fault.kind}@{fault.target}.json", text)


def forget(lab: Lab, fault: ActiveFault) -> None:
    (lab.faults / f"{fault.kind}@{fault.target}.json").unlink(missing_ok=True)


def active_faults(lab: Lab) -> list[ActiveFault]:
    """Faults that were applied and not healed, in the order of their names."""
    if not lab.faults.is_dir():
        return []
    return sorted(
        ActiveFault(**json.loads(path.read_text())) for path in lab.faults.glob("[a-z]*.json")
    )
