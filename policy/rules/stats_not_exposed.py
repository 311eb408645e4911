"""The engine's own pages are not for everybody."""

from collections.abc import Iterator

from .facts.facts import Facts
from .facts.load_balancer import load_balancer
from .facts.networks import limited
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

METRICS = Limit(
    name="metricsOnNodes",
    default=True,
    what="Whether metrics and health, which have no password, may be on the nodes' own addresses.",
    schema={"type": "boolean"},
)

RULE = Rule(
    name="stats-not-exposed",
    checks="The statistics page has a user and is on loopback or for named networks alone.",
    fix="Set stats.reach to loopback, or stats.allowedCidrs to the networks of operators.",
    source="https://docs.haproxy.org/2.6/configuration.html#4-stats%20auth",
    limits=(METRICS,),
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per page that anybody may ask for."""
    lb = load_balancer(resource)
    stats = lb.child("stats") if lb else None
    if lb is None or stats is None:
        return
    if stats.flag("enabled"):
        yield from _check_stats(f"{resource.settings}.stats", stats)
    if limits.flag(METRICS.name):
        return
    observability = lb.child("observability")
    if observability and observability.text("reach") not in (None, "loopback"):
        yield said(
            f"{resource.settings}.observability.reach",
            observability.text("reach"),
            f"{METRICS.name} is false: metrics tell names and addresses without a password",
            f"set {resource.settings}.observability.reach to loopback",
        )


def _check_stats(setting: str, stats: Facts) -> Iterator[str]:
    if stats.text("user") == "":
        yield said(f"{setting}.user", "empty", "the page needs a password", "name a user")
    reach = stats.text("reach")
    if reach in (None, "loopback"):
        return
    if limited(stats, "allowedCidrs") is False:
        yield said(
            f"{setting}.reach",
            f"{reach} with allowedCidrs {stats.texts('allowedCidrs') or 'empty'}",
            "everybody who reaches a node may try passwords in clear text",
            f"set {setting}.allowedCidrs, or {setting}.reach to loopback",
        )


POLICY = resource_policy(RULE, (is_composition, check))
