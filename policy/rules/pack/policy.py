"""Makes the policies: facts in, violations and gaps out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pulumi_policy import (
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from ..facts.resource import Resource, Selector, resource
from .gaps import report_gaps
from .limits import Limits, schema
from .rule import Rule

Check = Callable[[Resource, Limits], Iterable[str]]
"""Messages of what a resource violates."""


@dataclass(frozen=True)
class Finding:
    """A violation of a rule over the whole stack, and the resource to show it at."""

    at: Resource
    message: str


StackCheck = Callable[[Sequence[Resource], Limits], Iterable[Finding]]


def resource_policy(rule: Rule, *checks: tuple[Selector, Check]) -> ResourceValidationPolicy:
    """A policy that judges each resource by its inputs, before the engine touches it."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        limits = Limits(rule.limits, args.get_config() or {})
        for selects, check in checks:
            if not selects(args.resource_type, args.urn, args.props):
                continue
            judged = resource(
                type=args.resource_type, name=args.name, urn=args.urn, props=args.props
            )
            for message in check(judged, limits):
                report(f"{judged.name}: {message}", judged.urn)
            report_gaps([judged], limits, report)

    return ResourceValidationPolicy(
        name=rule.name,
        description=rule.checks,
        validate=validate,
        enforcement_level=rule.level,
        config_schema=schema(rule.limits),
        severity=rule.severity,
        remediation_steps=rule.fix,
        url=rule.source,
    )


def stack_policy(rule: Rule, selects: Selector, check: StackCheck) -> StackValidationPolicy:
    """A policy that judges resources together by their outputs, at the end of preview or update."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        limits = Limits(rule.limits, args.get_config() or {})
        in_order = sorted(args.resources, key=lambda found: found.urn)
        judged = [
            resource(
                type=found.resource_type,
                name=found.name,
                urn=found.urn,
                props=found.props,
                dependencies=_dependencies(found),
            )
            for found in in_order
            if selects(found.resource_type, found.urn, found.props)
        ]
        for finding in check(judged, limits):
            report(f"{finding.at.name}: {finding.message}", finding.at.urn)
        report_gaps(judged, limits, report)

    return StackValidationPolicy(
        name=rule.name,
        description=rule.checks,
        validate=validate,
        enforcement_level=rule.level,
        config_schema=schema(rule.limits),
        severity=rule.severity,
        remediation_steps=rule.fix,
        url=rule.source,
    )


def _dependencies(found: PolicyResource) -> dict[str, tuple[str, ...]]:
    by_property = cast("Mapping[str, list[PolicyResource]]", found.property_dependencies)
    return {name: tuple(r.urn for r in sources) for name, sources in by_property.items()}
