"""An idle API connection lives long enough for `kubectl exec`, `logs -f` and watches."""

from collections.abc import Iterator

from pulumi_policy import Severity

from .facts.load_balancer import API_PORT, in_front_of
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

MINIMUM = Limit(
    name="minimumMs",
    default=3_600_000,
    what="Shortest silence on an established API connection before it may be closed, ms.",
    schema={"type": "integer", "minimum": 1000},
)

RULE = Rule(
    name="api-tunnel-timeout",
    checks="An idle connection to kube-apiserver stays open for an hour, with TCP keepalives.",
    fix="Set timeouts.tunnelMs to 3600000 or more and leave the keepalives on.",
    source="https://github.com/kubernetes/kubeadm/issues/2227",
    severity=Severity.MEDIUM,
    limits=(MINIMUM,),
)


def too_short(tunnel_ms: float, minimum_ms: float) -> bool:
    """Whether silence closes a connection too early."""
    return tunnel_ms < minimum_ms


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per listener with a short tunnel timeout or without keepalives."""
    minimum = limits.number(MINIMUM.name)
    for listener in in_front_of(resource, API_PORT):
        name, setting = listener.name, f"{listener.setting}.timeouts"
        timeouts = listener.facts.child("timeouts")
        if timeouts is None:
            continue
        tunnel = timeouts.number("tunnelMs")
        if tunnel is not None and too_short(tunnel, minimum):
            yield said(
                f"{setting}.tunnelMs",
                f"{tunnel:.0f} for listener {name}",
                f"below {minimum:.0f} ms it cuts kubectl exec, logs -f and watches",
                f"set {setting}.tunnelMs to at least {minimum:.0f}",
            )
        idle = timeouts.number("keepaliveIdleS")
        if idle is not None and idle <= 0:
            yield said(
                f"{setting}.keepaliveIdleS",
                f"{idle:g} for listener {name}",
                "without keepalives a dead peer holds its connection until the tunnel timeout",
                f"set {setting}.keepaliveIdleS to 30",
            )


POLICY = resource_policy(RULE, (is_composition, check))
