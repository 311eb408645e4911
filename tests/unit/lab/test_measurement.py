"""A measurement says plainly what exceeds its prediction."""

from dataclasses import replace
from typing import Any

import pytest

from components.model.budget.fault import Fault
from components.model.budget.overhead import PROBE_MS
from components.model.budget.prediction import Prediction
from lab.drill.measurement import Measurement
from tests.lab.proofs.runs import REPEATS, measured_runs

PREDICTION = Prediction(
    fault=Fault.BACKEND_HUNG,
    outage_ms=50,
    degraded_ms=3000,
    degraded_share=0.5,
    failing_ms=1000,
    established="closed",
    formula="because",
)


def measured(**changes: Any) -> Measurement:
    within = Measurement(
        prediction=PREDICTION,
        outage_ms=40,
        failed=10,
        attempts=1000,
        rate_per_s=100,
        ejection_ms=2000,
        holders=("lb1",),
    )
    return replace(within, **changes)


def test_what_stays_under_its_prediction_is_no_violation() -> None:
    assert measured().violations() == []
    assert measured().allowed_failures == pytest.approx(100 * (0.05 + 0.5) + 1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"outage_ms": 51}, "outage 51 ms > 50 ms (because)"),
        ({"failed": 57}, "57 failed > 56 allowed"),
        ({"ejection_ms": 3001}, "ejected after 3001 ms > 3000 ms (because)"),
        ({"holders": ("lb1", "lb2")}, "the VIP has 2 holders: ('lb1', 'lb2')"),
        ({"holders": ()}, "the VIP has 0 holders: ()"),
    ],
)
def test_each_figure_is_held_against_its_prediction(changes: dict[str, object], told: str) -> None:
    assert measured(**changes).violations() == [told]


def test_what_none_may_fail_fails_none() -> None:
    none = Prediction(fault=Fault.BACKEND_RETURNS, outage_ms=0, established="", formula="")
    within = measured(prediction=none, outage_ms=0, failed=0, ejection_ms=None)
    assert within.violations() == []
    assert replace(within, failed=1).violations() == ["1 failed, and none may"]


def test_where_a_part_is_answered_with_errors_only_few_may_fail_without_an_answer() -> None:
    update = {"degraded_ms": None, "failing_ms": None, "answers_errors": True}
    prediction = PREDICTION.model_copy(update=update)
    within = measured(prediction=prediction, failed=100, answered=94)
    assert within.violations() == []
    assert replace(within, answered=93).violations() == ["7 failed without an answer > 6 allowed"]


def test_where_nothing_bounds_a_part_no_more_than_that_part_may_fail() -> None:
    prediction = PREDICTION.model_copy(update={"degraded_ms": None, "failing_ms": None})
    allowed = 0.5 * 1000 + 100 * 0.05 + 1
    within = measured(prediction=prediction, failed=int(allowed), ejection_ms=9999)
    assert within.violations() == []
    assert replace(within, failed=int(allowed) + 1).violations() == ["507 failed > 506 allowed"]


def test_where_nothing_bounds_the_outage_it_is_measured_and_told() -> None:
    prediction = PREDICTION.model_copy(update={"outage_ms": None})
    unbounded = measured(prediction=prediction, outage_ms=9999, failed=1000, ejection_ms=None)
    assert unbounded.violations() == []
    assert "outage   9999 ms (predicted none)" in unbounded.line()


def test_a_violation_on_a_machine_that_kept_up_counts() -> None:
    assert measured_runs(1, lambda _: (measured(outage_ms=51),), []) == [
        "run 1: outage 51 ms > 50 ms (because)"
    ]


def test_a_violation_on_a_stalled_machine_is_measured_again() -> None:
    results = iter([measured(outage_ms=500, stall_ms=PROBE_MS + 1), measured()])
    figures: list[str] = []
    assert measured_runs(1, lambda _: (next(results),), figures) == []
    assert any("made again" in line for line in figures)


def test_a_machine_that_always_stalls_fails_the_proof() -> None:
    stalled = measured(outage_ms=500, stall_ms=PROBE_MS + 1)
    violations = measured_runs(1, lambda _: (stalled,), [])
    assert "too busy to measure" in violations[0]
    assert REPEATS > 0


def test_a_stall_excuses_no_failure_where_none_may_fail() -> None:
    none = Prediction(fault=Fault.BACKEND_RETURNS, outage_ms=0, established="", formula="")
    lost = measured(
        prediction=none, outage_ms=0, failed=1, ejection_ms=None, stall_ms=10 * PROBE_MS
    )
    assert lost.disturbed
    assert measured_runs(1, lambda _: (lost,), []) == ["run 1: 1 failed, and none may"]
