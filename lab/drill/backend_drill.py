"""Faults of one backend: cause one, measure failures and ejection, heal it, wait for its return."""

from collections import Counter
from dataclasses import dataclass

from components.model.budget.fault import Fault
from components.model.budget.prediction import Prediction
from lab.drill.engine_state import wait_for_all_backends
from lab.drill.measurement import Measurement
from lab.drill.target import DrillTarget
from lab.drill.waiting import observe_for
from lab.faults import apply_fault, heal_fault, prepare_fault
from lab.prober.attempt import NS_PER_MS, Mark
from lab.prober.recording import Recording
from lab.prober.run import Prober

RATE_PER_S = 250
"""New connections a second."""

PATIENCE_MS = 5000
"""Client timeout: longer than any predicted ejection of the profiles, so that only connections the
load balancer really fails count."""

LAB_FAULT = {
    Fault.BACKEND_KILLED: "kill",
    Fault.BACKEND_HUNG: "freeze",
    Fault.BACKEND_SILENT: "partition",
    Fault.BACKEND_ANSWERS_500: "answer-500",
    Fault.BACKEND_RESTARTED: "stop-gracefully",
}
"""How each fault of a backend is made in the lab."""


STARTS_AGAIN = frozenset({Fault.BACKEND_KILLED, Fault.BACKEND_RESTARTED})
"""Faults after which a new process comes back, not ready at first."""


@dataclass(frozen=True, kw_only=True)
class BackendDrillResult:
    """The fault, and the return of the backend where that is another process."""

    fault: Measurement
    back: Measurement | None


def drill_backend(target: DrillTarget, fault: Fault, backend: str) -> BackendDrillResult:
    """Makes `fault` happen to `backend` under 250 new connections a second through the VIP.

    Starts from, and ends with, every backend in the pool of every node. Raises NeverHappenedError
    when that does not come about, FaultError when the fault cannot be made.
    """
    wait_for_all_backends(target)
    predicted = target.budget.of(fault)
    probe = target.probe(timeout_ms=PATIENCE_MS)
    prepare_fault(target.lab, LAB_FAULT[fault], backend)
    with Prober(target.client, probe, interval_ms=1000 / RATE_PER_S) as prober:
        struck = prober.mark("fault")
        apply_fault(target.lab, LAB_FAULT[fault], backend)
        made = prober.mark("made")
        observe_for(((predicted.degraded_ms or 0) + probe.timeout_ms) / 1000)
        healing = prober.mark("heal")
        if fault in STARTS_AGAIN:
            _bring_back(target, fault, backend)
        recording = prober.stop()
    if fault not in STARTS_AGAIN:
        _bring_back(target, fault, backend)
    measured = _fault(target, predicted, recording.between(struck, healing), made, backend)
    if fault not in STARTS_AGAIN:
        return BackendDrillResult(fault=measured, back=None)
    returning = target.budget.of(Fault.BACKEND_RETURNS)
    back = _return(target, returning, recording.between(healing), f"after {fault.value}")
    return BackendDrillResult(fault=measured, back=back)


def _bring_back(target: DrillTarget, fault: Fault, backend: str) -> None:
    heal_fault(target.lab, LAB_FAULT[fault], backend)
    wait_for_all_backends(target)


def _return(
    target: DrillTarget, predicted: Prediction, during: Recording, detail: str
) -> Measurement:
    """From the first to the last of failures in a row: a kube-apiserver that starts takes the
    processors from the prober, and a tick that comes late says nothing about the load balancer."""
    return Measurement(
        prediction=predicted,
        outage_ms=max((outage.shortest_ms for outage in during.outages()), default=0.0),
        failed=during.failed,
        attempts=during.total,
        rate_per_s=RATE_PER_S,
        answered=_answered(during),
        holders=target.holders(),
        stall_ms=during.pace.worst_late_ms,
        detail=f"{detail}{_told(during.failed_by_outcome)}",
    )


def _fault(
    target: DrillTarget, predicted: Prediction, during: Recording, made: Mark, backend: str
) -> Measurement:
    struck = during.mark("fault")
    striking_ms = (made.monotonic_ns - struck.monotonic_ns) / NS_PER_MS
    return Measurement(
        prediction=predicted,
        outage_ms=_outage_ms(during, predicted),
        failed=during.failed,
        attempts=during.total,
        rate_per_s=RATE_PER_S,
        ejection_ms=_ejection_ms(during, predicted, backend),
        striking_ms=striking_ms,
        answered=_answered(during),
        holders=target.holders(),
        stall_ms=during.pace.worst_late_ms,
        detail=f"made in {striking_ms:.0f} ms,"
        f" slow {len(during.slower_than(100))}, p99 {during.latency_ms(99):.0f} ms"
        f"{_told(during.failed_by_outcome)}",
    )


def _answered(during: Recording) -> int:
    return sum(attempt.kind == "bad-status" for attempt in during.attempts if not attempt.ok)


def _told(failed: Counter[str]) -> str:
    """Of what the failed ones failed, most of them first."""
    return "".join(f", {outcome} {count}" for outcome, count in failed.most_common())


def _outage_ms(during: Recording, predicted: Prediction) -> float:
    """Longest time in which no new connection succeeded.

    Where a part fails without bound, the last connection of the recording may be of that part: only
    the time up to it is known then.
    """
    if predicted.failing_ms is None:
        return max((outage.duration_ms for outage in during.outages()), default=0.0)
    return during.outage_ms()


def _ejection_ms(during: Recording, predicted: Prediction, backend: str) -> float | None:
    """Time from the fault until the backend got its last connection, as far as clients can tell.

    One that shuts down gracefully may get connections for as long as it likes. Where nothing takes
    the backend out there is no last one.
    """
    if predicted.fault is Fault.BACKEND_RESTARTED or predicted.degraded_ms is None:
        return None
    fault = during.mark("fault")
    if predicted.again_every_ms:
        # Later ones are those that try it again.
        until = fault.monotonic_ns + round(predicted.again_every_ms * NS_PER_MS)
        during = during.between(fault, Mark("tried again", until))
    slow_ms = predicted.added_latency_ms or None
    return during.ejection_ms(fault, identity=backend, slow_ms=slow_ms)
