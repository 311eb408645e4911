"""Held connections are judged by the fate that was predicted for them."""

import pytest

from components.model.budget.fate import Fate
from components.model.budget.fault import Fault
from components.model.budget.prediction import Prediction
from lab.drill.held import HeldThrough, told_within_ms
from lab.prober.attempt import NS_PER_MS, Mark
from lab.prober.established import SURVIVED, Established, EstablishedRecording

OUTAGE_MS = 400.0
BOUND_MS = told_within_ms(OUTAGE_MS)
ASKED_MS = 2 * BOUND_MS


def predicted(fate: Fate | None, outage_ms: float | None = OUTAGE_MS) -> Prediction:
    return Prediction(
        fault=Fault.NODE_POWER_LOSS,
        outage_ms=outage_ms,
        established="as the fate says",
        fate=fate,
        formula="because",
    )


def ended(outcome: str, after_ms: float | None = None) -> Established:
    broke = None if after_ms is None else round(after_ms * NS_PER_MS)
    return Established(-5, -4, -3, broke, outcome, 1)


def held(idle: Established, *talking: Established) -> HeldThrough:
    return HeldThrough(
        since=Mark("fault", 0),
        asked=Mark("asked", round(ASKED_MS * NS_PER_MS)),
        idle=EstablishedRecording((idle,)),
        talking=EstablishedRecording(talking),
    )


SURVIVOR = ended(SURVIVED)
TOLD_WHEN_ASKED = ended("rst", ASKED_MS + 1)
WITHIN = [
    (Fate.SURVIVE, held(SURVIVOR, SURVIVOR)),
    (Fate.FINISH, held(SURVIVOR, SURVIVOR)),
    (Fate.BROKEN_AT_ONCE, held(ended("fin", OUTAGE_MS), ended("rst", 1))),
    (Fate.BROKEN, held(TOLD_WHEN_ASKED, ended("rst", BOUND_MS))),
    (Fate.BROKEN, held(TOLD_WHEN_ASKED, ended("rst", 1), ended("timeout", 3 * BOUND_MS))),
    (Fate.HANG, held(TOLD_WHEN_ASKED, ended("timeout", 3 * BOUND_MS))),
    (None, held(SURVIVOR, ended("rst", 1))),
]
BEYOND = [
    (Fate.SURVIVE, held(SURVIVOR, ended("rst", 1)), "talking"),
    (Fate.FINISH, held(ended("fin", 1), SURVIVOR), "idle"),
    (Fate.BROKEN_AT_ONCE, held(ended("fin", OUTAGE_MS + 1), ended("fin", 1)), "idle"),
    (Fate.BROKEN_AT_ONCE, held(ended("fin", 1), ended("fin", 1), ended("timeout", 9)), "talking"),
    (Fate.BROKEN, held(TOLD_WHEN_ASKED, ended("rst", BOUND_MS + 1)), "talking"),
    (Fate.BROKEN, held(TOLD_WHEN_ASKED, ended("timeout", 1)), "talking"),
    (Fate.BROKEN, held(SURVIVOR, ended("rst", 1)), "idle"),
    (Fate.HANG, held(TOLD_WHEN_ASKED, SURVIVOR), "talking"),
]


@pytest.mark.parametrize(("fate", "connections"), WITHIN)
def test_what_goes_as_predicted_is_no_violation(
    fate: Fate | None, connections: HeldThrough
) -> None:
    assert connections.violations(predicted(fate)) == []


@pytest.mark.parametrize(("fate", "connections", "kind"), BEYOND)
def test_what_goes_otherwise_is_told_with_its_kind(
    fate: Fate, connections: HeldThrough, kind: str
) -> None:
    (told,) = connections.violations(predicted(fate))
    assert told.startswith(f"{kind} connections: ")


def test_without_a_bound_only_the_end_itself_is_judged() -> None:
    late = held(TOLD_WHEN_ASKED, ended("rst", 9 * BOUND_MS))
    assert late.violations(predicted(Fate.BROKEN, outage_ms=None)) == []


def test_the_line_tells_an_end_by_itself_from_one_that_was_asked_for() -> None:
    line = held(TOLD_WHEN_ASKED, ended("rst", 300)).line()
    assert (
        line
        == f"idle rst 1 (when asked after {ASKED_MS:.0f} ms); talking rst 1 (last after 300 ms)"
    )
