"""Every fault of the VIP's holder, five times: the measured outage stays under the prediction."""

import pytest

from components.model.budget.fault import Fault
from lab.drill.node_drill import LAB_FAULT, drill_node
from tests.lab.proofs.stack import StackUnderTest

RUNS = 5


@pytest.mark.parametrize("fault", list(LAB_FAULT))
def test_the_outage_of_a_node_fault_stays_under_its_prediction(
    stack: StackUnderTest, fault: Fault, figures: list[str]
) -> None:
    violations: list[str] = []
    for run in range(RUNS):
        result = drill_node(stack.target(), fault)
        for measured in (result.fault, result.fail_back):
            figures.append(measured.line())
            violations += [f"run {run + 1}: {v}" for v in measured.violations()]
    assert not violations, "\n".join(violations)


def test_the_ipv6_address_fails_over_within_the_same_prediction(
    stack: StackUnderTest, figures: list[str]
) -> None:
    result = drill_node(stack.target(), Fault.NODE_LINK_CUT, version=6)
    figures.append(f"{result.fault.line()} (IPv6)")
    assert not result.fault.violations()
