"""One kube-apiserver fails under 250 requests a second: failures and ejection as predicted."""

import pytest

from components.model.budget.fault import Fault
from lab.drill.backend_drill import LAB_FAULT, drill_backend
from tests.lab.proofs.stack import StackUnderTest

RUNS = 3


@pytest.mark.parametrize("fault", list(LAB_FAULT))
def test_a_backend_fault_fails_no_more_and_is_ejected_no_later_than_predicted(
    stack: StackUnderTest, fault: Fault, figures: list[str]
) -> None:
    runs = 1 if fault is Fault.BACKEND_RESTARTED else RUNS
    violations: list[str] = []
    for run in range(runs):
        measured = drill_backend(stack.target(), fault, f"cp{run % 3 + 1}")
        figures.append(measured.line())
        violations += [f"run {run + 1}: {v}" for v in measured.violations()]
        if fault is Fault.BACKEND_RESTARTED and measured.failed:
            violations.append(f"{measured.failed} requests failed in a graceful restart")
    assert not violations, "\n".join(violations)
