"""Faults of the node that holds the VIPs: cause one, measure it, heal it, measure the fail-back."""

from dataclasses import dataclass

from components.model.budget.fault import Fault
from components.model.budget.prediction import Prediction
from components.render.host import settle_seconds
from lab.drill.measurement import Measurement
from lab.drill.target import DrillTarget
from lab.drill.waiting import observe_for
from lab.faults import apply_fault, heal_fault
from lab.prober.recording import Recording
from lab.prober.run import Prober

LAB_FAULT = {
    Fault.ENGINE_KILLED: "kill-engine",
    Fault.ENGINE_HUNG: "hang-engine",
    Fault.NODE_POWER_LOSS: "power-off",
    Fault.NODE_LINK_CUT: "cut-link",
    Fault.NODE_SILENT_PARTITION: "partition",
    Fault.KEEPALIVED_STOPPED: "stop-keepalived",
    Fault.KEEPALIVED_KILLED: "kill-keepalived",
}
"""How each fault of a node is made in the lab."""

HEALS_BY_ITSELF = frozenset({Fault.ENGINE_KILLED, Fault.KEEPALIVED_KILLED})
"""systemd starts these services again, and the VIP comes back without anybody's help."""

BOOT_S = 20.0
"""Longest time a healed machine needs until its services run, before the VRRP timers count."""


@dataclass(frozen=True, kw_only=True)
class NodeDrillResult:
    """The fault, and the way back to the expected holder."""

    fault: Measurement
    fail_back: Measurement


def drill_node(target: DrillTarget, fault: Fault, *, version: int = 4) -> NodeDrillResult:
    """Makes `fault` happen to the holder while a client opens a new connection every 5 ms.

    Starts from, and ends with, the expected holder alone holding every VIP. Raises
    NeverHappenedError when that does not come about, FaultError when the fault cannot be made.
    """
    lb, holder = target.load_balancer, target.expected_holder
    settle = BOOT_S + settle_seconds(lb)
    target.wait_for_holder(holder, settle)
    predicted = target.budget.of(fault)
    back = target.budget.of(
        Fault.NODE_PARTITION_HEALS if fault is Fault.NODE_SILENT_PARTITION else Fault.FAIL_BACK
    )
    probe = target.probe(version)
    with Prober(target.client, probe) as prober:
        struck = prober.mark("fault")
        apply_fault(target.lab, LAB_FAULT[fault], holder)
        observe_for(_bound(predicted) / 1000 + probe.timeout_ms / 1000)
        healing = prober.mark("heal")
        during = target.holders()
        if fault not in HEALS_BY_ITSELF:
            heal_fault(target.lab, LAB_FAULT[fault], holder)
        target.wait_for_holder(holder, settle)
        observe_for((_bound(back) + probe.timeout_ms) / 1000)
        recording = prober.stop()
    after = target.holders()
    return NodeDrillResult(
        fault=_measured(predicted, recording.between(struck, healing), None, f"holders {during}"),
        fail_back=_measured(back, recording.between(healing), after, f"after {fault.value}"),
    )


def _measured(
    prediction: Prediction, recording: Recording, holders: tuple[str, ...] | None, detail: str
) -> Measurement:
    return Measurement(
        prediction=prediction,
        outage_ms=recording.outage_ms(),
        failed=recording.failed,
        attempts=recording.total,
        rate_per_s=1000 / recording.interval_ms,
        holders=holders,
        stall_ms=recording.pace.worst_late_ms,
        detail=detail,
    )


def _bound(prediction: Prediction) -> float:
    if prediction.outage_ms is None:
        raise ValueError(f"{prediction.fault.value} has no bound: {prediction.formula}")
    return prediction.outage_ms
