"""A stack changes over to another engine and back under load, as interrupted as predicted."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from components.model.budget.fault import Fault
from components.model.budget.prediction import Prediction
from components.model.capabilities import Engine
from lab.drill.measurement import Measurement
from lab.drill.waiting import observe_for, wait_until
from lab.faults.engine import configured_engine
from lab.hosts import LOAD_BALANCERS
from lab.prober.recording import Recording
from lab.prober.run import Prober
from tests.lab.proofs.conftest import ENGINES
from tests.lab.proofs.runs import measured_runs
from tests.lab.proofs.stack import StackUnderTest

BACKUP = "lb2"
CHANGE_S = 120.0


def change_over(stack: StackUnderTest) -> tuple[Measurement, Measurement]:
    """`pulumi up` to the stack's engine: the VIP leaves its holder, and comes back to it."""
    target = stack.target()
    away, back = (target.budget.of(f) for f in (Fault.ENGINE_SWITCHED, Fault.FAIL_BACK))
    assert away.outage_ms is not None
    assert away.outage_ms < 1000 * target.load_balancer.vrrp.preempt_delay_s, "two in one"
    with Prober(target.client, target.probe()) as prober, ThreadPoolExecutor() as pool:
        started = prober.mark("up")
        change = pool.submit(stack.up)
        wait_until(
            f"{BACKUP} alone holds the VIPs",
            lambda: target.holders() == (BACKUP,) or change.done(),
            CHANGE_S,
        )
        observe_for(away.outage_ms / 1000)
        returning = prober.mark("back")
        change.result()
        stack.settle()
        recording = prober.stop()
    return (
        measured(away, recording.between(started, returning), f"to {stack.engine.value}"),
        measured(back, recording.between(returning), f"on {stack.engine.value}"),
    )


def measured(prediction: Prediction, recording: Recording, detail: str) -> Measurement:
    return Measurement(
        prediction=prediction,
        outage_ms=recording.outage_ms(),
        failed=recording.failed,
        attempts=recording.total,
        rate_per_s=1000 / recording.interval_ms,
        stall_ms=recording.pace.worst_late_ms,
        detail=detail,
    )


@pytest.mark.parametrize("engine", ENGINES[:1], indirect=True, ids=str)
@pytest.mark.parametrize("other", ENGINES[1:], ids=str)
def test_one_setting_changes_the_engine_host_after_host_and_back(
    stack: StackUnderTest, other: Engine, figures: list[str]
) -> None:
    """There with settings that suit both, so that nothing else changes; back with its own ones."""
    prepared = replace(stack, for_either=True)

    def there_and_back(_: int) -> tuple[Measurement, ...]:
        prepared.up()
        there = change_over(prepared.on(other))
        assert {configured_engine(stack.lab, node) for node in LOAD_BALANCERS} == {other}
        return (*there, *change_over(stack))

    violations = measured_runs(1, there_and_back, figures)
    assert not violations, "\n".join(violations)
