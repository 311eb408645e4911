"""Every BIG-IP pool has at least two members: its attachments are counted over the whole stack."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import Severity

from .at_least_two_backends import MINIMUM
from .facts.resource import Resource, of_type
from .pack.limits import Limits
from .pack.policy import Finding, stack_policy
from .pack.rule import Rule, said

POOL = "f5bigip:ltm/pool:Pool"
ATTACHMENT = "f5bigip:ltm/poolAttachment:PoolAttachment"

RULE = Rule(
    name="at-least-two-backends-f5",
    checks="Every BIG-IP pool has at least two attached members that are enabled.",
    fix="Attach another member with f5bigip.ltm.PoolAttachment.",
    source="https://www.pulumi.com/registry/packages/f5bigip/api-docs/ltm/poolattachment/",
    severity=Severity.CRITICAL,
    raw=True,
    limits=(MINIMUM,),
)


def below(members: Mapping[str, int], minimum: float) -> list[str]:
    """The pools with fewer members than `minimum`."""
    return [pool for pool, count in members.items() if count < minimum]


def check(resources: Sequence[Resource], limits: Limits) -> Iterator[Finding]:
    """A finding per pool with too few enabled members."""
    by_urn = {r.urn: r for r in resources if r.type == POOL}
    by_name = {r.facts.text("name"): r.urn for r in by_urn.values() if r.facts.has("name")}
    counted = Counter(dict.fromkeys(by_urn, 0))
    for attachment in resources:
        if attachment.type == ATTACHMENT and _enabled(attachment):
            pool = _pool_of(attachment, by_name, by_urn)
            if pool:
                counted[pool] += 1
    minimum = limits.number(MINIMUM.name)
    for urn in below(counted, minimum):
        pool = by_urn[urn]
        yield Finding(
            pool,
            said(
                "the number of enabled members",
                counted[urn],
                f"a pool needs at least {minimum:g}",
                "attach more with f5bigip.ltm.PoolAttachment",
            ),
        )


def _enabled(attachment: Resource) -> bool:
    """A member is enabled unless its `state` says otherwise; an unknown one is a gap."""
    if not attachment.facts.has("state"):
        return True
    return attachment.facts.text("state") in (None, "enabled")


def _pool_of(
    attachment: Resource, by_name: Mapping[str | None, str], by_urn: Mapping[str, Resource]
) -> str | None:
    """The pool that an attachment names, or takes its unknown name from; other stacks' are none."""
    sources = [urn for urn in attachment.dependencies.get("pool", ()) if urn in by_urn]
    if len(sources) == 1:
        return sources[0]
    return by_name.get(attachment.facts.text("pool"))


POLICY = stack_policy(RULE, of_type(POOL, ATTACHMENT), check)
