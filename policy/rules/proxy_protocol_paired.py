"""Both ends of a connection agree about the PROXY header."""

from collections.abc import Iterator

from .facts.load_balancer import pools
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="proxy-protocol-paired",
    checks="A pool sends the PROXY header exactly when its backends expect it.",
    fix="Set sendProxy and backendsAcceptProxy both, or neither.",
    source="https://github.com/kubernetes/ingress-nginx/issues/9749",
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool whose ends differ."""
    for pool in pools(resource):
        expected = pool.facts.flag("backendsAcceptProxy")
        if expected is None or not pool.facts.known("sendProxy"):
            continue
        sent = pool.facts.has("sendProxy")
        if sent and not expected:
            yield said(
                f"{pool.setting}.sendProxy",
                pool.facts.text("sendProxy"),
                "backendsAcceptProxy is false: the backends would read the header as garbage",
                f"set {pool.setting}.backendsAcceptProxy once they expect it, or remove sendProxy",
            )
        if expected and not sent:
            yield said(
                f"{pool.setting}.backendsAcceptProxy",
                "true",
                "sendProxy is not set: the backends refuse connections without the header",
                f"set {pool.setting}.sendProxy to v1 or v2, or backendsAcceptProxy to false",
            )


POLICY = resource_policy(RULE, (is_composition, check))
