"""A virtual router id is used once per network segment and address family."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_policy import Severity

from .facts.load_balancer import interfaces, nodes, vips
from .facts.resource import Resource, is_composition
from .pack.limits import Limits
from .pack.policy import Finding, stack_policy
from .pack.rule import Rule, said

RULE = Rule(
    name="vrid-unique",
    checks="A virtual router id is used once per network segment and address family in the stack.",
    fix="Give one of the VIPs another vrid from 1 to 255.",
    source="https://github.com/openshift/installer/issues/2966",
    severity=Severity.CRITICAL,
)


@dataclass(frozen=True)
class Use:
    """One VIP's virtual router id on one segment; a subnet tells segment and family."""

    owner: str
    setting: str
    segment: str
    vrid: int


def clashes(uses: Sequence[Use]) -> list[tuple[Use, Use]]:
    """Every use of an id that is taken on its segment, with the use that took it."""
    first: dict[tuple[str, int], Use] = {}
    found: list[tuple[Use, Use]] = []
    for use in uses:
        taken = first.setdefault((use.segment, use.vrid), use)
        if (taken.owner, taken.setting) != (use.owner, use.setting):
            found.append((use, taken))
    return found


def uses(resource: Resource) -> Iterator[Use]:
    """The ids of a composition on every segment that its nodes are on."""
    own = [interface for _, node in nodes(resource) for interface in interfaces(node)]
    for setting, vip in vips(resource):
        address, vrid = vip.address("address"), vip.number("vrid")
        if address is None or vrid is None:
            continue
        segments = {str(i.network) for i in own if i.version == address.version}
        for segment in sorted(segments):
            yield Use(resource.urn, setting, segment, int(vrid))


def check(resources: Sequence[Resource], limits: Limits) -> Iterator[Finding]:
    """A finding per id that is used a second time."""
    by_urn = {resource.urn: resource for resource in resources}
    for use, taken in clashes([use for resource in resources for use in uses(resource)]):
        yield Finding(
            by_urn[use.owner],
            said(
                f"{use.setting}.vrid",
                use.vrid,
                f"{by_urn[taken.owner].name} uses it on {use.segment} for {taken.setting}:"
                " two groups would take each other's addresses",
                f"set {use.setting}.vrid to a free value from 1 to 255",
            ),
        )


POLICY = stack_policy(RULE, is_composition, check)
