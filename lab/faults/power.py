"""Power loss of a load-balancer machine."""

import signal
import time

from lab.fabric.namespaces import ip, links
from lab.faults.fault import Fault, FaultError, Role
from lab.hosts import SWITCH, switch_port
from lab.machines import init_of, start_machine
from lab.processes import send, wait_until_gone
from lab.removal.namespaces import processes_inside
from lab.state import Lab

OFF_S = 10.0
"""How long the machine's processes may take to be gone."""


def _power_off(lab: Lab, target: str) -> None:
    """The cable first, so that not one frame leaves the dying machine; then its process 1.

    The network namespace outlives the machine, with its addresses: the driver's supervisor takes
    them away, and until then the switch lets nothing through.
    """
    ip(lab, SWITCH, "link", "set", switch_port(target), "down")
    init = init_of(lab, target)
    if init is None:
        return
    send(init, signal.SIGKILL)
    wait_until_gone([init], timeout_s=OFF_S)
    deadline = time.monotonic() + OFF_S
    while processes_inside([lab.namespace_path(target)]) or _has_address(lab, target):
        if time.monotonic() > deadline:
            raise FaultError(f"{target} is not off {OFF_S:g} s after its power was cut")
        time.sleep(0.01)


def _has_address(lab: Lab, target: str) -> bool:
    return bool(links(lab, target).get("eth0", {}).get("addr_info"))


FAULTS = (
    Fault(
        "power-off",
        frozenset({Role.LOAD_BALANCER}),
        "the machine loses power: every process and address is gone at once",
        _power_off,
        start_machine,
    ),
)
