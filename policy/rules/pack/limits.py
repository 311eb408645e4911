"""Limits of a rule: figures that the pack's configuration may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pulumi_policy import PolicyConfigSchema

Value = bool | float | str | list[str] | None

WHEN_UNKNOWN = "whenUnknown"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One figure of a rule; `default` none means that nothing is configured."""

    name: str
    default: Value
    what: str
    schema: Mapping[str, object]
    """Its JSON schema."""


class Limits:
    """The limits in force: the defaults, and over them what the pack's configuration says."""

    def __init__(self, limits: tuple[Limit, ...], config: Mapping[str, object]) -> None:
        """`config` is what the engine gives the policy, checked against the schema by it."""
        self._values = {limit.name: config.get(limit.name, limit.default) for limit in limits}
        self.refuse_unknown = config.get(WHEN_UNKNOWN) == "refuse"

    def number(self, name: str) -> float:
        """A figure that has a default."""
        return cast("float", self._values[name])

    def optional_number(self, name: str) -> float | None:
        """A figure that counts only when configured."""
        return cast("float | None", self._values[name])

    def flag(self, name: str) -> bool:
        """A yes or no."""
        return bool(self._values[name])

    def texts(self, name: str) -> list[str]:
        """Texts."""
        return cast("list[str]", self._values[name])


def schema(limits: tuple[Limit, ...]) -> PolicyConfigSchema:
    """The configuration that a policy with these limits takes."""
    properties: dict[str, dict[str, object]] = {
        limit.name: {
            **limit.schema,
            "description": limit.what,
            **({} if limit.default is None else {"default": limit.default}),
        }
        for limit in limits
    }
    properties[WHEN_UNKNOWN] = {
        "type": "string",
        "enum": ["advise", "refuse"],
        "default": "advise",
        "description": "What a value that preview does not know yet is: an advice, or a violation.",
    }
    return PolicyConfigSchema(properties=properties)
