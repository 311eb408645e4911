"""Clients of the Kubernetes API do not stick to one server."""

from collections.abc import Iterator

from .facts.load_balancer import API_PORT, MACHINE_CONFIG_PORT, in_front_of, pools_of
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="api-no-persistence",
    checks=f"No pool of kube-apiserver or of port {API_PORT} or {MACHINE_CONFIG_PORT} has"
    " persistence.",
    fix="Remove persistence from the pool.",
    source="https://docs.openshift.com/container-platform/4.16/installing/installing_platform_agnostic/installing-platform-agnostic.html#installation-load-balancing-user-infra_installing-platform-agnostic",
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per pool that keeps clients."""
    for listener in in_front_of(resource, API_PORT, MACHINE_CONFIG_PORT):
        for pool in pools_of(listener):
            if not pool.facts.has("persistence"):
                continue
            persistence = pool.facts.child("persistence")
            kind = persistence.text("kind") if persistence else None
            if kind:
                yield said(
                    f"{pool.setting}.persistence.kind",
                    kind,
                    f"clients of {listener.name} would stick to a server while others idle",
                    f"remove {pool.setting}.persistence",
                )


POLICY = resource_policy(RULE, (is_composition, check))
