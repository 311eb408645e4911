"""Faults of the node that holds the VIPs: cause one, measure it, heal it, measure the fail-back."""

from contextlib import ExitStack
from dataclasses import dataclass

from components.model.budget.fault import Fault
from components.model.budget.prediction import Prediction
from components.render.host import settle_seconds
from lab.drill.held import HeldConnections, HeldThrough
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

UNBOUNDED_MS = 10_000.0
"""How long a fault is watched whose outage nothing bounds, ms."""

BOOT_S = 20.0
"""Longest time a healed machine needs until its services run, before the VRRP timers count."""


@dataclass(frozen=True, kw_only=True)
class NodeDrillResult:
    """The fault, and the way back to the expected holder."""

    fault: Measurement
    fail_back: Measurement


def drill_node(target: DrillTarget, fault: Fault, *, version: int = 4) -> NodeDrillResult:
    """Makes `fault` happen to the holder while a client opens a new connection every 5 ms, and
    others hold connections open: a first set through the fault, a second through the way back.

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
    held_again: HeldThrough | None = None
    with Prober(target.client, probe) as prober, ExitStack() as way_back:
        with HeldConnections(target, predicted, version=version) as connections:
            struck = prober.mark("fault")
            apply_fault(target.lab, LAB_FAULT[fault], holder)
            observe_for((_bound(predicted) + probe.timeout_ms) / 1000)
            held = connections.stop(struck)
        # Where what was open may go on, nobody can say which node it is with on the way back.
        others = (
            None
            if predicted.fate is None
            else way_back.enter_context(HeldConnections(target, back, version=version))
        )
        healing = prober.mark("heal")
        during = target.holders()
        if fault not in HEALS_BY_ITSELF:
            heal_fault(target.lab, LAB_FAULT[fault], holder)
        target.wait_for_holder(holder, settle)
        moved = prober.mark("back")
        observe_for((_bound(back) + probe.timeout_ms) / 1000)
        if others is not None:
            held_again = others.stop(moved)
        recording = prober.stop()
    after = target.holders()
    failing = recording.between(struck, healing)
    returning = recording.between(healing)
    return NodeDrillResult(
        fault=_measured(predicted, failing, held, None, f"holders {during}"),
        fail_back=_measured(back, returning, held_again, after, f"after {fault.value}"),
    )


def _measured(
    prediction: Prediction,
    recording: Recording,
    held: HeldThrough | None,
    holders: tuple[str, ...] | None,
    detail: str,
) -> Measurement:
    return Measurement(
        prediction=prediction,
        held=held,
        outage_ms=recording.outage_ms(),
        failed=recording.failed,
        attempts=recording.total,
        rate_per_s=1000 / recording.interval_ms,
        holders=holders,
        stall_ms=recording.pace.worst_late_ms,
        detail=detail,
    )


def _bound(prediction: Prediction) -> float:
    return UNBOUNDED_MS if prediction.outage_ms is None else prediction.outage_ms
