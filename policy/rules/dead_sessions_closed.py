"""Established connections of a dead backend are closed, so that clients reconnect."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity

from .facts.facts import Facts
from .facts.load_balancer import load_balancer, pools
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="dead-sessions-closed",
    checks="Established connections of a backend that went down are closed.",
    fix="Leave closeSessionsOfDeadBackend out, with engine haproxy.",
    source="https://github.com/kubernetes/kubernetes/issues/48638",
    severity=Severity.MEDIUM,
    level=EnforcementLevel.ADVISORY,
)


def able(engine: str) -> bool:
    """Whether an engine closes them."""
    return engine != "nginx"


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool that leaves them open."""
    lb = load_balancer(resource)
    engine = lb.text("engine") if lb else None
    for pool in pools(resource):
        setting = f"{pool.setting}.closeSessionsOfDeadBackend"
        if engine is not None and not able(engine):
            yield said(
                setting,
                f"without effect with engine {engine}",
                "a client learns of a backend that went silent only when it times out",
                "use engine haproxy, or let clients send HTTP/2 pings or TCP keepalives",
            )
        elif _left_open(pool.facts):
            yield said(
                setting,
                "false",
                "a client learns of a backend that went silent only when it times out",
                f"remove {setting} or set it to true",
            )


def _left_open(pool: Facts) -> bool:
    key = "closeSessionsOfDeadBackend"
    return pool.has(key) and pool.flag(key) is False


POLICY = resource_policy(RULE, (is_composition, check))
