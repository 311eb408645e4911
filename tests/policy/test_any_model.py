"""Whatever valid model makes the facts, every rule comes to a verdict."""

import pytest
from hypothesis import HealthCheck as Hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st

from components.model.capabilities import Engine
from policy.rules.catalogue import POLICIES
from tests.policy.good_facts import facts_of
from tests.policy.judging import Given, judge
from tests.unit.any_models import any_load_balancers


@pytest.mark.parametrize("engine", Engine)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[
        Hypothesis.too_slow,
        Hypothesis.data_too_large,
        Hypothesis.filter_too_much,
    ],
)
@given(data=st.data())
def test_no_rule_misses_a_fact_of_a_valid_model(engine: Engine, data: st.DataObject) -> None:
    facts = facts_of(data.draw(any_load_balancers(engine)), worst_outage_ms=10_000)
    for policy in POLICIES:
        verdict = judge(policy, Given(facts))
        assert not verdict.unknown
        assert not [m for m in verdict.violations if "cannot judge" in m]
