"""Rules over one composition: what violates them, what is missing, unknown or configured."""

from typing import Any

import pytest

from policy.rules import (
    api_tunnel_timeout,
    at_least_two_backends,
    health_check_honest,
    health_check_present,
    priorities_decide,
    two_load_balancer_nodes,
    within_slo,
)
from tests.policy.cases import Case, spelled
from tests.policy.good_facts import changed, control_plane_facts, without
from tests.policy.judging import UNKNOWN, Given, judge

POOL = "loadBalancer.listeners.0.pool"
PROBE = f"{POOL}.healthCheck"
TIMEOUTS = "loadBalancer.listeners.0.timeouts"
NODES = "loadBalancer.nodes"
BACKENDS = control_plane_facts()["loadBalancer"]["listeners"][0]["pool"]["backends"]
PAIR = control_plane_facts()["loadBalancer"]["nodes"]


VIOLATING = [
    Case(
        at_least_two_backends,
        f"{POOL}.backends",
        BACKENDS[:1],
        ("controlPlane.backends is 1 for listener kube-apiserver", "at least 2", "list 1 more"),
    ),
    Case(
        at_least_two_backends,
        f"{POOL}.backends",
        [BACKENDS[0], BACKENDS[1] | {"drain": True}],
        ("controlPlane.backends is 1 for listener", "(1 more drained)", "or end a drain"),
    ),
    Case(
        health_check_present,
        PROBE,
        None,
        ("controlPlane.healthCheck is not set", "set controlPlane.healthCheck.kind to https"),
    ),
    Case(
        health_check_honest,
        f"{PROBE}.kind",
        "tcp",
        ("controlPlane.healthCheck.kind is tcp", "set controlPlane.healthCheck.kind to https"),
    ),
    Case(
        health_check_honest,
        f"{PROBE}.path",
        "/healthz",
        ("controlPlane.healthCheck.path is /healthz", "controlPlane.healthCheck.path to /readyz"),
    ),
    Case(
        health_check_honest,
        f"{PROBE}.expectedStatus",
        404,
        ("controlPlane.healthCheck.expectedStatus is 404", "expectedStatus to 200"),
    ),
    Case(
        health_check_honest,
        f"{PROBE}.insecureSkipVerify",
        True,
        ("controlPlane.healthCheck.insecureSkipVerify is true", "healthCheck.caFile"),
    ),
    Case(
        two_load_balancer_nodes,
        NODES,
        PAIR[:1],
        ("controlPlane.nodes is 1 with an IPv4 address", "at least 2", "add 1 more"),
    ),
    Case(
        priorities_decide,
        f"{NODES}.1.priority",
        150,
        (
            "controlPlane.nodes[lb2].priority is 150",
            "controlPlane.nodes[lb1].priority is the same",
            "set controlPlane.nodes[lb2].priority",
        ),
    ),
    Case(
        priorities_decide,
        "loadBalancer.vrrp.weight",
        -50,
        ("controlPlane.vrrp.weight is -50", "priority 150", "not below 100", "set it to 0"),
    ),
    Case(
        api_tunnel_timeout,
        f"{TIMEOUTS}.tunnelMs",
        600_000,
        (
            "controlPlane.timeouts.tunnelMs is 600000 for listener kube-apiserver",
            "3600000 ms",
            "set controlPlane.timeouts.tunnelMs to at least 3600000",
        ),
    ),
    Case(
        api_tunnel_timeout,
        f"{TIMEOUTS}.keepaliveIdleS",
        0,
        ("controlPlane.timeouts.keepaliveIdleS is 0", "keepaliveIdleS to 30"),
    ),
    Case(
        within_slo,
        "failoverBudget.0.outageMs",
        12_345.6,
        (
            "the predicted outage of engine-killed is 12346 ms",
            "slo.worstOutageMs allows 10000 ms",
            "exit hook",
            "controlPlane.profile",
        ),
    ),
    Case(
        within_slo,
        "failoverBudget.0.outageMs",
        None,
        ("the predicted outage of engine-killed is unbounded", "add engine-killed to slo.accepted"),
    ),
    Case(
        within_slo,
        "failoverBudget.1.failingMs",
        11_000,
        ("the predicted outage of engine-hung is 11000 ms", "vrrp.scriptIntervalS"),
    ),
    Case(within_slo, "failoverBudget", [], ("failoverBudget is empty", "pass every prediction")),
]


@pytest.mark.parametrize("case", VIOLATING, ids=str)
def test_a_defect_is_named_with_its_setting_its_value_and_the_fix(case: Case) -> None:
    verdict = judge(case.rule.POLICY, Given(changed(case.path, case.value)))
    message = verdict.violations[0]
    assert message.startswith("lab: ")
    for part in case.says:
        assert part in message


def test_a_dual_stack_vip_pair_with_one_node_is_refused_for_each_vip() -> None:
    verdict = judge(two_load_balancer_nodes.POLICY, Given(changed(NODES, PAIR[:1])))
    assert len(verdict.violations) == 2


READ = [
    (at_least_two_backends, f"{POOL}.backends"),
    (health_check_present, POOL),
    (health_check_honest, "role"),
    (health_check_honest, f"{PROBE}.kind"),
    (health_check_honest, f"{PROBE}.path"),
    (health_check_honest, f"{PROBE}.expectedStatus"),
    (health_check_honest, f"{PROBE}.insecureSkipVerify"),
    (two_load_balancer_nodes, NODES),
    (two_load_balancer_nodes, f"{NODES}.1.addresses"),
    (two_load_balancer_nodes, "loadBalancer.vips"),
    (priorities_decide, f"{NODES}.0.priority"),
    (priorities_decide, "loadBalancer.vrrp"),
    (api_tunnel_timeout, "role"),
    (api_tunnel_timeout, f"{TIMEOUTS}.tunnelMs"),
    (api_tunnel_timeout, f"{TIMEOUTS}.keepaliveIdleS"),
    (within_slo, "slo.worstOutageMs"),
    (within_slo, "failoverBudget"),
    (within_slo, "failoverBudget.2.failingMs"),
]
ids = [f"{rule.RULE.name}: {path}" for rule, path in READ]


@pytest.mark.parametrize(("rule", "path"), READ, ids=ids)
def test_a_missing_fact_is_a_violation_that_names_it(rule, path: str) -> None:
    messages = judge(rule.POLICY, Given(without(path))).violations
    assert any(f"{spelled(path)} is missing" in message for message in messages)


@pytest.mark.parametrize(("rule", "path"), READ, ids=ids)
def test_an_unknown_fact_is_shown_as_unknown_and_is_no_violation(rule, path: str) -> None:
    verdict = judge(rule.POLICY, Given(changed(path, UNKNOWN)))
    assert not verdict.violations
    assert f"lab: {spelled(path)} is not known before the update" in verdict.unknown


@pytest.mark.parametrize(("rule", "path"), READ, ids=ids)
def test_an_unknown_fact_is_a_violation_when_so_configured(rule, path: str) -> None:
    given = Given(changed(path, UNKNOWN))
    verdict = judge(rule.POLICY, given, config={"whenUnknown": "refuse"})
    assert f"{spelled(path)} is not known before the update" in verdict.only


@pytest.mark.parametrize(("rule", "path"), READ, ids=ids)
def test_a_fact_of_another_type_is_a_violation(rule, path: str) -> None:
    messages = judge(rule.POLICY, Given(changed(path, {"of": ["another", "type"]}))).violations
    if path == POOL:
        assert any("controlPlane.healthCheck is not set" in message for message in messages)
    elif path == "loadBalancer.vrrp":
        assert not messages
    else:
        assert any(f"{spelled(path)} is not" in message for message in messages)


def test_a_violation_beside_an_unknown_value_stays_a_violation() -> None:
    facts = changed(f"{NODES}.1.priority", 150)
    facts["loadBalancer"]["nodes"].append(PAIR[0] | {"name": "lb3", "priority": UNKNOWN})
    verdict = judge(priorities_decide.POLICY, Given(facts))
    assert "controlPlane.nodes[lb2].priority is 150" in verdict.only
    assert "nodes[2].priority is not known before the update" in verdict.unknown


CONFIGURED = [
    (at_least_two_backends, {"minimum": 4.0}, f"{POOL}.balance", "round_robin", "at least 4"),
    (two_load_balancer_nodes, {"minimum": 3.0}, "role", "kube-apiserver", "at least 3"),
    (health_check_honest, {"paths": ["/livez"]}, "role", "kube-apiserver", "only /livez"),
    (api_tunnel_timeout, {"minimumMs": 2e7}, "role", "kube-apiserver", "below 20000000 ms"),
    (within_slo, {"worstOutageMs": 50.0}, "role", "kube-apiserver", "allows 50 ms"),
]


@pytest.mark.parametrize(("rule", "config", "path", "value", "says"), CONFIGURED)
def test_a_stricter_configuration_refuses_what_the_default_allows(
    rule, config, path: str, value: object, says: str
) -> None:
    assert judge(rule.POLICY, Given(changed(path, value))).clean
    assert says in judge(rule.POLICY, Given(changed(path, value)), config=config).violations[0]


RELAXED = [
    (at_least_two_backends, {"minimum": 1.0}, f"{POOL}.backends", BACKENDS[:1]),
    (two_load_balancer_nodes, {"minimum": 1.0}, NODES, PAIR[:1]),
    (health_check_honest, {"paths": ["/readyz", "/healthz"]}, f"{PROBE}.path", "/healthz"),
    (api_tunnel_timeout, {"minimumMs": 1000.0}, f"{TIMEOUTS}.tunnelMs", 600_000),
]


@pytest.mark.parametrize(("rule", "config", "path", "value"), RELAXED)
def test_a_relaxed_configuration_allows_what_the_default_refuses(
    rule, config, path: str, value: object
) -> None:
    assert judge(rule.POLICY, Given(changed(path, value))).violations
    assert judge(rule.POLICY, Given(changed(path, value)), config=config).clean


def test_the_ceiling_of_the_pack_does_not_relax_the_objective_of_the_stack() -> None:
    facts = changed("failoverBudget.0.outageMs", 12_000)
    assert judge(within_slo.POLICY, Given(facts), config={"worstOutageMs": 1e9}).violations


def test_a_penalty_that_puts_a_broken_node_below_the_healthy_ones_is_allowed() -> None:
    assert judge(priorities_decide.POLICY, Given(changed("loadBalancer.vrrp.weight", -51))).clean


def test_a_penalty_too_small_for_the_third_node_is_refused() -> None:
    facts = changed("loadBalancer.vrrp.weight", -60)
    facts["loadBalancer"]["nodes"].append(PAIR[0] | {"name": "lb3", "priority": 50})
    assert "not below 50" in judge(priorities_decide.POLICY, Given(facts)).only


def test_a_readyz_path_with_a_query_is_honest() -> None:
    facts = changed(f"{PROBE}.path", "/readyz?exclude=etcd")
    assert judge(health_check_honest.POLICY, Given(facts)).clean


@pytest.mark.parametrize("rule", [health_check_honest, api_tunnel_timeout])
def test_a_rule_of_the_api_judges_its_port_and_leaves_other_roles_alone(rule) -> None:
    facts = changed(f"{PROBE}.kind", "tcp", role="ingress")
    listener = facts["loadBalancer"]["listeners"][0]
    listener["timeouts"]["tunnelMs"] = 1000
    assert judge(rule.POLICY, Given(facts)).violations
    listener["port"] = 8443
    assert judge(rule.POLICY, Given(facts)).clean


def test_a_part_of_a_composition_does_not_repeat_the_message() -> None:
    facts = changed(f"{POOL}.backends", BACKENDS[:1])
    part = Given(
        facts,
        type="k8s-ha-lb:loadbalancer:HAProxyNode",
        parent="k8s-ha-lb:control_plane:ControlPlane",
    )
    assert judge(at_least_two_backends.POLICY, part).clean


def test_a_composition_inside_a_component_of_an_app_team_is_judged() -> None:
    facts = changed(f"{POOL}.backends", BACKENDS[:1])
    assert judge(at_least_two_backends.POLICY, Given(facts, parent="shop:edge:Edge")).violations


def test_a_control_plane_without_facts_is_refused() -> None:
    assert "loadBalancer is missing" in judge(at_least_two_backends.POLICY, Given({})).only


def test_other_components_of_ours_need_no_facts() -> None:
    machine = Given({}, type="k8s-ha-lb:machines:ExistingMachine")
    assert judge(at_least_two_backends.POLICY, machine).clean


FAULTS = [each["fault"] for each in control_plane_facts()["failoverBudget"]]
HUNG = f"failoverBudget.{FAULTS.index('backend-hung')}"


def unbounded(*accepted: str, **of_hung: object) -> dict[str, Any]:
    facts = changed(f"{HUNG}.failingMs", None)
    facts["failoverBudget"][FAULTS.index("backend-hung")] |= of_hung
    facts["slo"]["acceptedUnbounded"] = list(accepted)
    return facts


def test_a_part_that_fails_without_bound_is_refused_unless_the_stack_accepts_the_fault() -> None:
    message = judge(within_slo.POLICY, Given(unbounded())).only
    assert "the predicted outage of backend-hung is unbounded" in message
    assert "or add backend-hung to slo.acceptedUnbounded" in message
    assert judge(within_slo.POLICY, Given(unbounded("backend-hung"))).clean
    assert judge(within_slo.POLICY, Given(unbounded("backend-killed"))).violations


def test_what_has_a_bound_of_an_accepted_fault_is_still_judged() -> None:
    facts = unbounded("backend-hung", outageMs=20_000)
    message = judge(within_slo.POLICY, Given(facts)).only
    assert "the predicted outage of backend-hung is 20000 ms" in message
    assert "raise slo.worstOutageMs" in message


def test_an_accepted_fault_of_an_unknown_name_is_refused() -> None:
    message = judge(within_slo.POLICY, Given(unbounded("backend-hung", "backend-hang"))).only
    assert "slo.acceptedUnbounded is backend-hang: no fault has this name" in message
