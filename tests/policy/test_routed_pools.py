"""Every pool of every listener is judged, whatever leads to it, with either engine."""

from typing import Any

import pytest
from pulumi_policy import Policy

from components.model.capabilities import Engine
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.listener import Listener
from policy.rules import (
    api_no_persistence,
    at_least_two_backends,
    health_check_honest,
    health_check_present,
    proxy_protocol_paired,
    vip_unique_and_sane,
)
from policy.rules.catalogue import POLICIES, RULES
from tests.authority import Authority
from tests.policy.good_facts import facts_of
from tests.policy.judging import Given, Verdict, judge
from tests.unit.models import sample

WEB = Authority("policy").server("web.example.com")


def pool(name: str, first: int, count: int = 2, **settings: Any) -> dict[str, Any]:
    backends = [
        {"name": f"{name}-{i}", "address": f"198.18.0.{first + i}", "port": 80}
        for i in range(count)
    ]
    check = HealthCheck(kind=HealthCheckKind.TCP, passive=True)
    return {"name": name, "backends": backends, "health_check": check, **settings}


def facts(engine: Engine = Engine.HAPROXY, **of_route: Any) -> dict[str, Any]:
    """The kube-apiservers' listener, an https one with routes, one by SNI and a redirect."""
    (first,) = sample().listeners
    assert first.pool is not None
    assert first.pool.health_check is not None
    check = first.pool.health_check.model_copy(update={"passive": True})
    api = first.model_copy(update={"pool": first.pool.model_copy(update={"health_check": check})})
    web = {
        "name": "web",
        "port": 443,
        "mode": "http",
        "tls": {"certificates": [{"name": "web", "chain": WEB.chain}]},
        "routes": [
            {"hosts": ["web.example.com"], "pool": pool("shop", 50)},
            {"path": "/api", "pool": pool("api", 60, **of_route)},
            {"path": "/again", "pool": pool("api", 60, **of_route)},
        ],
    }
    sni = {
        "name": "sni",
        "port": 8443,
        "sni_routes": [{"server_names": ["a.example.com"], "pool": pool("named", 70)}],
    }
    redirect = {"name": "plain", "port": 80, "mode": "http"}
    redirect |= {"http": {"redirect_to_https_port": 443}}
    listeners = (api, *(Listener.model_validate(each) for each in (web, sni, redirect)))
    lb = sample(engine=engine, listeners=listeners)
    return facts_of(lb, worst_outage_ms=10_000)


def judged(rule: Any, of_route: dict[str, object]) -> Verdict:
    return judge(rule.POLICY, Given(facts(Engine.HAPROXY, **of_route)))


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("policy", POLICIES, ids=[rule.name for rule in RULES])
def test_a_rule_judges_routes_redirects_and_either_engine_without_a_gap(
    policy: Policy, engine: Engine
) -> None:
    verdict = judge(policy, Given(facts(engine)))
    assert not verdict.unknown
    assert not [m for m in verdict.violations if "is missing" in m or "is not a" in m]


@pytest.mark.parametrize(
    ("rule", "of_route", "says"),
    [
        (
            at_least_two_backends,
            {"backends": [{"name": "only", "address": "198.18.0.99"}]},
            "controlPlane.listeners[web].routes[1].pool.backends is 1 for listener web",
        ),
        (
            health_check_present,
            {"health_check": None},
            "controlPlane.listeners[web].routes[1].pool.healthCheck is not set for listener web",
        ),
        (
            proxy_protocol_paired,
            {"send_proxy": "v1"},
            "controlPlane.listeners[web].routes[1].pool.sendProxy is v1",
        ),
        (
            vip_unique_and_sane,
            {"backends": [{"name": "vip", "address": "198.18.0.10"}]},
            "controlPlane.listeners[web].routes[1].pool.backends[vip] has this address",
        ),
    ],
)
def test_the_pool_of_a_route_is_judged_once_and_named_by_its_place(
    rule: Any, of_route: dict[str, object], says: str
) -> None:
    assert says in judged(rule, of_route).only


def test_the_kube_apiservers_rules_leave_other_listeners_alone() -> None:
    persistent: dict[str, object] = {"persistence": {"kind": "source"}}
    for rule in (health_check_honest, api_no_persistence):
        assert judged(rule, persistent).clean


def test_the_machine_config_servers_port_is_judged_for_persistence() -> None:
    given = facts(persistence={"kind": "source"})
    given["loadBalancer"]["listeners"][1]["port"] = 22623
    message = judge(api_no_persistence.POLICY, Given(given)).only
    assert "controlPlane.listeners[web].routes[1].pool.persistence.kind is source" in message


def test_a_listener_without_pool_route_or_redirect_is_a_gap() -> None:
    given = facts()
    del given["loadBalancer"]["listeners"][3]["http"]
    message = judge(at_least_two_backends.POLICY, Given(given)).only
    assert "loadBalancer.listeners[3].pool is missing" in message
