"""What is said of a rule, in the engine's output and in the documentation."""

from dataclasses import dataclass

from pulumi_policy import EnforcementLevel, Severity

from .limits import Limit


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule's name, level and reason; the check stands beside it in the same file."""

    name: str
    checks: str
    """What holds when the rule is satisfied: one sentence."""
    fix: str
    """What to do when it is not."""
    source: str
    """Where the rule or its figure comes from: an address."""
    severity: Severity = Severity.HIGH
    level: EnforcementLevel = EnforcementLevel.MANDATORY
    raw: bool = False
    """Whether it also judges resources written without our components."""
    limits: tuple[Limit, ...] = ()


def said(setting: str, value: object, limit: str, fix: str) -> str:
    """A message that names the setting, its value, the limit it breaks and what to do."""
    return f"{setting} is {value}: {limit}; {fix}"
