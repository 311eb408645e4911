"""Runs a policy as the engine does: properties behind the SDK's proxies, messages collected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import (
    Policy,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import (
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
    unknown_checking_proxy,
)

from tests.policy.good_facts import TYPE

UNKNOWN = UNKNOWN_STRING_VALUE
"""How the engine writes a value that preview does not know."""


@dataclass
class Verdict:
    """What the operator would read."""

    violations: list[str] = field(default_factory=list[str])
    unknown: str = ""
    """The advice that names what could not be judged yet."""

    @property
    def only(self) -> str:
        """The one violation; anything else fails the test."""
        assert len(self.violations) == 1, self.violations
        return self.violations[0]

    @property
    def clean(self) -> bool:
        """No violation, and nothing left unjudged."""
        return not self.violations and not self.unknown


@dataclass(frozen=True)
class Given:
    """A resource of the stack under test."""

    props: Mapping[str, Any]
    name: str = "lab"
    type: str = TYPE
    parent: str = ""
    sources: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Property -> names of the resources that it is made of."""

    @property
    def urn(self) -> str:
        """As the engine writes it."""
        chain = f"{self.parent}${self.type}" if self.parent else self.type
        return f"urn:pulumi:test::project::{chain}::{self.name}"


def judge(policy: Policy, *given: Given, config: Mapping[str, Any] | None = None) -> Verdict:
    """The verdict of a policy on a stack of these resources."""
    verdict = Verdict()

    def report(message: str, urn: str | None = None) -> None:
        assert urn in {resource.urn for resource in given}
        verdict.violations.append(message)

    try:
        if isinstance(policy, StackValidationPolicy):
            policy.validate(StackValidationArgs(_stack(given), config), report)
        if isinstance(policy, ResourceValidationPolicy):
            for resource in given:
                policy.validate(_arguments(resource, config), report)
    except UnknownValueError as error:
        verdict.unknown = error.message
    return verdict


_OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def _arguments(given: Given, config: Mapping[str, Any] | None) -> ResourceValidationArgs:
    props = unknown_checking_proxy(dict(given.props))
    return ResourceValidationArgs(given.type, props, given.urn, given.name, _OPTIONS, None, config)


def _stack(given: tuple[Given, ...]) -> list[PolicyResource]:
    resources = {
        each.name: PolicyResource(
            each.type,
            unknown_checking_proxy(dict(each.props)),
            each.urn,
            each.name,
            _OPTIONS,
            None,
            None,
            [],
            {},
        )
        for each in given
    }
    for each in given:
        for prop, names in each.sources.items():
            resources[each.name].property_dependencies[prop] = [resources[n] for n in names]
    return list(resources.values())
