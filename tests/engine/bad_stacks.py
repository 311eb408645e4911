"""One bad stack for each rule that judges components."""

from dataclasses import dataclass, field
from typing import Any

from tests.policy.good_facts import TYPE, changed, control_plane_facts

POOL = "loadBalancer.listeners.0.pool"


@dataclass(frozen=True)
class BadStack:
    """Settings of a stack that violates one rule, and what the operator must read."""

    rule: str
    says: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    limits: dict[str, Any] = field(default_factory=dict[str, Any])
    """Configuration of the rule in the pack."""


def component(facts: dict[str, Any], name: str = "lab", type: str = TYPE) -> dict[str, Any]:
    return {"type": type, "name": name, "facts": facts}


def control_plane(path: str, value: object) -> dict[str, Any]:
    return {"components": [component(changed(path, value))]}


def first(path: str) -> list[Any]:
    """The first element of a list in the good facts."""
    place: Any = control_plane_facts()
    for part in path.split("."):
        place = place[int(part) if part.isdigit() else part]
    return place[:1]


def behind_nginx() -> dict[str, Any]:
    facts = changed("loadBalancer.engine", "nginx")
    facts["loadBalancer"]["listeners"][0]["pool"]["healthCheck"]["passive"] = True
    return {"components": [component(facts)]}


def with_certificate(not_after: str) -> dict[str, Any]:
    tls = {"profile": "intermediate", "names": ["web.example.com"]}
    facts = changed("loadBalancer.listeners.0.tls", tls)
    told = {"listener": "kube-apiserver", "name": "web", "names": ["web.example.com"]}
    facts["certificates"] = [told | {"notBefore": "2019-01-01T00:00:00Z", "notAfter": not_after}]
    return {"components": [component(facts)]}


FAULTS = [each["fault"] for each in control_plane_facts()["failoverBudget"]]
RESTARTED = FAULTS.index("backend-restarted")

BAD_STACKS = [
    BadStack(
        "at-least-two-backends",
        ("lab: controlPlane.backends is 1", "at least 2", "list 1 more in controlPlane.backends"),
        control_plane(f"{POOL}.backends", first(f"{POOL}.backends")),
    ),
    BadStack(
        "at-least-two-backends-f5",
        ("web: the number of enabled members is 1", "at least 2", "f5bigip.ltm.PoolAttachment"),
        {
            "components": [
                component({"name": "/Common/web"}, "web", "f5bigip:ltm/pool:Pool"),
                component(
                    {"pool": "/Common/web", "node": "/Common/a:443"},
                    "a",
                    "f5bigip:ltm/poolAttachment:PoolAttachment",
                ),
            ]
        },
    ),
    BadStack(
        "health-check-present",
        ("lab: controlPlane.healthCheck is not set", "set controlPlane.healthCheck.kind to https"),
        control_plane(f"{POOL}.healthCheck", None),
    ),
    BadStack(
        "health-check-honest",
        ("lab: controlPlane.healthCheck.path is /healthz", "healthCheck.path to /readyz"),
        control_plane(f"{POOL}.healthCheck.path", "/healthz"),
    ),
    BadStack(
        "two-load-balancer-nodes",
        ("lab: controlPlane.nodes is 1", "at least 2 nodes", "add 1 more to controlPlane.nodes"),
        control_plane("loadBalancer.nodes", first("loadBalancer.nodes")),
    ),
    BadStack(
        "priorities-decide",
        (
            "lab: controlPlane.nodes[lb2].priority is 150",
            "controlPlane.nodes[lb1].priority is the same",
            "set controlPlane.nodes[lb2].priority",
        ),
        control_plane("loadBalancer.nodes.1.priority", 150),
    ),
    BadStack(
        "vrid-unique",
        ("lab: controlPlane.vips[198.18.0.30].vrid is 51", "edge uses it", "from 1 to 255"),
        {
            "components": [
                component(changed("loadBalancer.vips", first("loadBalancer.vips")), "edge"),
                component(
                    changed("loadBalancer.vips", [{"address": "198.18.0.30", "vrid": 51}]), "lab"
                ),
            ]
        },
    ),
    BadStack(
        "vip-unique-and-sane",
        (
            "lab: controlPlane.vips[198.18.0.11].address is 198.18.0.11",
            "controlPlane.nodes[lb1] has this address",
            "a free host address of 198.18.0.0/24",
        ),
        control_plane("loadBalancer.vips.0.address", "198.18.0.11"),
    ),
    BadStack(
        "api-tunnel-timeout",
        ("lab: controlPlane.timeouts.tunnelMs is 60000", "3600000", "set controlPlane.timeouts"),
        control_plane("loadBalancer.listeners.0.timeouts.tunnelMs", 60_000),
    ),
    BadStack(
        "backend-detection-beats-vip",
        ("lab: the predicted ejection of backend-hung is 3100 ms", "after 3000 ms", "intervalMs"),
        {"components": [component(control_plane_facts())]},
        {"localCheckAsksBackends": True},
    ),
    BadStack(
        "ejection-beats-apiserver-shutdown",
        ("lab: the predicted ejection of backend-restarted is 9000 ms", "serves 8000 ms"),
        control_plane(f"failoverBudget.{RESTARTED}.degradedMs", 9000),
    ),
    BadStack(
        "api-no-persistence",
        ("lab: controlPlane.persistence.kind is source", "remove controlPlane.persistence"),
        control_plane(f"{POOL}.persistence", {"kind": "source"}),
    ),
    BadStack(
        "dead-sessions-closed",
        ("lab: controlPlane.closeSessionsOfDeadBackend is false", "set it to true"),
        control_plane(f"{POOL}.closeSessionsOfDeadBackend", False),
    ),
    BadStack(
        "reject-when-empty",
        ("lab: controlPlane.rejectWhenEmpty is false", "rejectWhenEmpty to true"),
        control_plane(f"{POOL}.rejectWhenEmpty", False),
    ),
    BadStack(
        "health-check-active",
        ("lab: controlPlane.healthCheck.passive is true with engine nginx", "stays in use"),
        behind_nginx(),
    ),
    BadStack(
        "tls-minimum",
        ("lab: controlPlane.tls.certificates[web] is valid until 2020", "renew it"),
        with_certificate("2020-01-01T00:00:00+00:00"),
    ),
    BadStack(
        "proxy-protocol-paired",
        ("lab: controlPlane.sendProxy is v1", "set controlPlane.backendsAcceptProxy"),
        control_plane(f"{POOL}.sendProxy", "v1"),
    ),
    BadStack(
        "sources-limited",
        ("lab: controlPlane.allowedCidrs is empty", "set controlPlane.allowedCidrs"),
        control_plane("loadBalancer.listeners.0.allowedCidrs", []),
    ),
    BadStack(
        "stats-not-exposed",
        ("lab: controlPlane.stats.reach is node", "stats.reach to loopback"),
        control_plane("loadBalancer.stats.reach", "node"),
    ),
    BadStack(
        "config-within-limits",
        ("lab: controlPlane.maxConnections is 900000", "set controlPlane.maxConnections to"),
        control_plane("loadBalancer.maxConnections", 900_000),
    ),
    BadStack(
        "within-slo",
        (
            "lab: the predicted outage of engine-killed is 20000 ms",
            "slo.worstOutageMs allows 10000 ms",
            "change controlPlane.profile",
        ),
        control_plane("failoverBudget.0.outageMs", 20_000),
    ),
]
