"""A pack may be configured more strictly than its defaults."""

from typing import Any

import pytest

from policy.rules import (
    backend_detection_beats_vip,
    config_within_limits,
    ejection_beats_apiserver_shutdown,
    stats_not_exposed,
)
from tests.policy.good_facts import changed, control_plane_facts
from tests.policy.judging import Given, judge

FAULTS = [each["fault"] for each in control_plane_facts()["failoverBudget"]]
HUNG = f"failoverBudget.{FAULTS.index('backend-hung')}"

CONFIGURED = [
    (ejection_beats_apiserver_shutdown, {"shutdownDelayMs": 500.0}, "serves 500 ms"),
    (config_within_limits, {"descriptorsOfEngine": 500_000.0}, "is enough for 12144"),
    (config_within_limits, {"descriptorsPerConnection": 100.0}, "is enough for 5238"),
    (stats_not_exposed, {"metricsOnNodes": False}, "controlPlane.observability.reach is node"),
    (
        backend_detection_beats_vip,
        {"localCheckAsksBackends": True},
        "the predicted ejection of backend-hung is 3100 ms: the local check gives up the VIP after"
        " 3000 ms",
    ),
]


@pytest.mark.parametrize(("rule", "config", "says"), CONFIGURED)
def test_a_stricter_configuration_refuses_what_the_default_allows(
    rule: Any, config: dict[str, Any], says: str
) -> None:
    given = Given(control_plane_facts())
    assert judge(rule.POLICY, given).clean
    assert says in judge(rule.POLICY, given, config=config).violations[0]


def test_a_detection_without_bound_never_beats_a_check_that_asks_backends() -> None:
    facts = changed(f"{HUNG}.degradedMs", None)
    verdict = judge(
        backend_detection_beats_vip.POLICY, Given(facts), config={"localCheckAsksBackends": True}
    )
    assert "the predicted ejection of backend-hung is unbounded" in verdict.only
