"""One kube-apiserver fails under 250 requests a second: failures and ejection as predicted."""

import pytest

from components.model.budget.fault import Fault
from lab.drill.backend_drill import LAB_FAULT, drill_backend
from lab.drill.measurement import Measurement
from tests.lab.proofs.runs import measured_runs
from tests.lab.proofs.stack import StackUnderTest


@pytest.mark.parametrize("fault", [f for f in LAB_FAULT if f is not Fault.BACKEND_RESTARTED])
def test_a_backend_fault_fails_no_more_and_is_ejected_no_later_than_predicted(
    stack: StackUnderTest, fault: Fault, runs: int, figures: list[str]
) -> None:
    def drill(run: int) -> list[Measurement]:
        return drilled(stack, fault, f"cp{run % 3 + 1}")

    violations = measured_runs(runs, drill, figures)
    assert not violations, "\n".join(violations)


def test_a_graceful_restart_fails_no_more_than_predicted(
    stack: StackUnderTest, figures: list[str]
) -> None:
    def drill(_: int) -> list[Measurement]:
        return drilled(stack, Fault.BACKEND_RESTARTED, "cp1")

    violations = measured_runs(1, drill, figures)
    assert not violations, "\n".join(violations)


def drilled(stack: StackUnderTest, fault: Fault, backend: str) -> list[Measurement]:
    """The fault and, where there is one, the return of the backend."""
    result = drill_backend(stack.target(), fault, backend)
    return [each for each in (result.fault, result.back) if each is not None]
