"""Every fault of the VIP's holder, `--runs` times: what is measured stays under the prediction."""

import pytest

from components.model.budget.fault import Fault
from lab.drill.measurement import Measurement
from lab.drill.node_drill import LAB_FAULT, drill_node
from tests.lab.proofs.runs import measured_runs
from tests.lab.proofs.stack import StackUnderTest


def drill(stack: StackUnderTest, fault: Fault, version: int) -> tuple[Measurement, Measurement]:
    result = drill_node(stack.target(), fault, version=version)
    return result.fault, result.fail_back


@pytest.mark.parametrize("fault", list(LAB_FAULT))
def test_the_outage_of_a_node_fault_stays_under_its_prediction(
    stack: StackUnderTest, fault: Fault, runs: int, figures: list[str]
) -> None:
    violations = measured_runs(runs, lambda _: drill(stack, fault, version=4), figures)
    assert not violations, "\n".join(violations)


def test_the_ipv6_address_fails_over_within_the_same_prediction(
    stack: StackUnderTest, figures: list[str]
) -> None:
    figures.append("over IPv6:")
    violations = measured_runs(1, lambda _: drill(stack, Fault.NODE_LINK_CUT, version=6), figures)
    assert not violations, "\n".join(violations)
