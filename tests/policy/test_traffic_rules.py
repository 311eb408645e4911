"""Rules over what a composition does with traffic: defects, gaps and limits of each."""

from typing import Any

import pytest

from policy.rules import (
    api_no_persistence,
    backend_detection_beats_vip,
    config_within_limits,
    dead_sessions_closed,
    ejection_beats_apiserver_shutdown,
    health_check_active,
    health_check_present,
    proxy_protocol_paired,
    reject_when_empty,
    sources_limited,
    stats_not_exposed,
)
from tests.policy.cases import Case, spelled
from tests.policy.good_facts import changed, control_plane_facts, without
from tests.policy.judging import UNKNOWN, Given, judge

LISTENER = "loadBalancer.listeners.0"
POOL = f"{LISTENER}.pool"
STATS = "loadBalancer.stats"
OPEN_STATS = {"enabled": True, "reach": "node", "port": 8406, "user": "admin", "allowedCidrs": []}
FAULTS = [each["fault"] for each in control_plane_facts()["failoverBudget"]]
RESTARTED = f"failoverBudget.{FAULTS.index('backend-restarted')}"

VIOLATING = [
    Case(
        sources_limited,
        f"{LISTENER}.allowedCidrs",
        [],
        ("controlPlane.allowedCidrs is empty", "set controlPlane.allowedCidrs to the networks"),
    ),
    Case(
        sources_limited,
        f"{LISTENER}.allowedCidrs",
        ["198.18.0.0/15", "::/0"],
        ("controlPlane.allowedCidrs is 198.18.0.0/15, ::/0", "everybody"),
    ),
    Case(
        stats_not_exposed,
        STATS,
        OPEN_STATS,
        ("controlPlane.stats.reach is node with allowedCidrs empty", "stats.reach to loopback"),
    ),
    Case(
        stats_not_exposed,
        STATS,
        OPEN_STATS | {"allowedCidrs": ["0.0.0.0/0"]},
        ("controlPlane.stats.reach is node with allowedCidrs ['0.0.0.0/0']", "clear text"),
    ),
    Case(
        stats_not_exposed,
        f"{STATS}.user",
        "",
        ("controlPlane.stats.user is empty", "name a user"),
    ),
    Case(
        proxy_protocol_paired,
        f"{POOL}.sendProxy",
        "v2",
        ("controlPlane.sendProxy is v2", "set controlPlane.backendsAcceptProxy"),
    ),
    Case(
        proxy_protocol_paired,
        f"{POOL}.backendsAcceptProxy",
        True,
        ("controlPlane.backendsAcceptProxy is true", "set controlPlane.sendProxy to v1 or v2"),
    ),
    Case(
        api_no_persistence,
        f"{POOL}.persistence",
        {"kind": "source"},
        ("controlPlane.persistence.kind is source", "remove controlPlane.persistence"),
    ),
    Case(
        dead_sessions_closed,
        f"{POOL}.closeSessionsOfDeadBackend",
        False,
        ("controlPlane.closeSessionsOfDeadBackend is false", "or set it to true"),
    ),
    Case(
        dead_sessions_closed,
        "loadBalancer.engine",
        "nginx",
        ("without effect with engine nginx", "use engine haproxy"),
    ),
    Case(
        reject_when_empty,
        f"{POOL}.rejectWhenEmpty",
        False,
        ("controlPlane.rejectWhenEmpty is false", "set controlPlane.rejectWhenEmpty to true"),
    ),
    Case(
        health_check_present,
        "loadBalancer.engine",
        "nginx",
        ("controlPlane.healthCheck.passive is false", "set controlPlane.healthCheck.passive"),
    ),
    Case(
        config_within_limits,
        "loadBalancer.maxConnections",
        300_000,
        (
            "controlPlane.maxConnections is 300000",
            "controlPlane.nodes[lb1].fileLimit 524288 is enough for 261944",
            "set controlPlane.maxConnections to at most 261944",
        ),
    ),
    Case(
        config_within_limits,
        f"{LISTENER}.port",
        8405,
        ("controlPlane.observability.port is 8405", "controlPlane.port uses it too"),
    ),
    Case(
        ejection_beats_apiserver_shutdown,
        f"{RESTARTED}.degradedMs",
        8000,
        (
            "the predicted ejection of backend-restarted is 8000 ms",
            "a kube-apiserver serves 8000 ms while it shuts down",
            "shorten controlPlane.healthCheck.intervalMs",
        ),
    ),
    Case(
        ejection_beats_apiserver_shutdown,
        f"{RESTARTED}.outageMs",
        None,
        ("the predicted ejection of backend-restarted is unbounded", "shutdownDelayMs"),
    ),
]


@pytest.mark.parametrize("case", VIOLATING, ids=str)
def test_a_defect_is_named_with_its_setting_its_value_and_the_fix(case: Case) -> None:
    assert judge(case.rule.POLICY, Given(control_plane_facts())).clean
    message = judge(case.rule.POLICY, Given(changed(case.path, case.value))).violations[0]
    assert message.startswith("lab: ")
    for part in case.says:
        assert part in message


READ = [
    (sources_limited, f"{LISTENER}.allowedCidrs"),
    (stats_not_exposed, f"{STATS}.enabled"),
    (stats_not_exposed, f"{STATS}.reach"),
    (proxy_protocol_paired, f"{POOL}.backendsAcceptProxy"),
    (api_no_persistence, f"{LISTENER}.port"),
    (reject_when_empty, f"{POOL}.rejectWhenEmpty"),
    (health_check_present, "loadBalancer.engine"),
    (health_check_active, "loadBalancer.engine"),
    (dead_sessions_closed, "loadBalancer.engine"),
    (config_within_limits, "loadBalancer.maxConnections"),
    (config_within_limits, "loadBalancer.nodes.0.fileLimit"),
    (config_within_limits, f"{STATS}.port"),
    (ejection_beats_apiserver_shutdown, f"{RESTARTED}.degradedMs"),
    (backend_detection_beats_vip, "loadBalancer.vrrp"),
]
READ_IDS = [f"{rule.RULE.name}: {path}" for rule, path in READ]


def facts_for(rule: Any, path: str, value: object) -> dict[str, Any]:
    """Facts with one value set, in which the rule gets as far as reading it."""
    facts = changed(path, value)
    if rule is api_no_persistence:
        facts["role"] = "edge"
    return facts


@pytest.mark.parametrize(("rule", "path"), READ, ids=READ_IDS)
def test_a_missing_fact_is_a_violation_that_names_it(rule: Any, path: str) -> None:
    facts = without(path) | ({"role": "edge"} if rule is api_no_persistence else {})
    messages = judge(rule.POLICY, Given(facts)).violations
    assert any(f"{spelled(path)} is missing" in message for message in messages)


@pytest.mark.parametrize(("rule", "path"), READ, ids=READ_IDS)
def test_an_unknown_fact_is_shown_and_is_a_violation_when_so_configured(
    rule: Any, path: str
) -> None:
    given = Given(facts_for(rule, path, UNKNOWN))
    verdict = judge(rule.POLICY, given)
    assert not verdict.violations
    assert f"lab: {spelled(path)} is not known before the update" in verdict.unknown
    refused = judge(rule.POLICY, given, config={"whenUnknown": "refuse"})
    assert any(f"{spelled(path)} is not known" in message for message in refused.violations)


def test_a_prediction_that_is_left_out_is_a_gap() -> None:
    facts = control_plane_facts()
    facts["failoverBudget"] = [p for p in facts["failoverBudget"] if p["fault"] != FAULTS[0]][:3]
    message = judge(ejection_beats_apiserver_shutdown.POLICY, Given(facts)).only
    assert "failoverBudget[backend-restarted] is missing" in message


def test_the_statistics_page_may_be_on_the_nodes_for_named_networks() -> None:
    limited = OPEN_STATS | {"allowedCidrs": ["198.18.9.0/24"]}
    assert judge(stats_not_exposed.POLICY, Given(changed(STATS, limited))).clean
    off = OPEN_STATS | {"enabled": False}
    assert judge(stats_not_exposed.POLICY, Given(changed(STATS, off))).clean


def test_the_port_of_the_peers_counts_where_tables_are_shared() -> None:
    facts = changed(f"{LISTENER}.port", 8407)
    assert judge(config_within_limits.POLICY, Given(facts)).clean
    facts["loadBalancer"]["listeners"][0]["pool"]["persistence"] = {"kind": "source"}
    message = judge(config_within_limits.POLICY, Given(facts)).only
    assert "controlPlane.peersPort is 8407: controlPlane.port uses it too" in message


def test_a_passive_check_is_accepted_with_an_advice_that_says_what_it_does_not_see() -> None:
    facts = changed("loadBalancer.engine", "nginx")
    facts["loadBalancer"]["listeners"][0]["pool"]["healthCheck"]["passive"] = True
    assert judge(health_check_present.POLICY, Given(facts)).clean
    message = judge(health_check_active.POLICY, Given(facts)).only
    assert "controlPlane.healthCheck.passive is true with engine nginx" in message
    assert "or is not ready, stays in use and /readyz is never asked" in message
    assert health_check_active.RULE.level.value == "advisory"
