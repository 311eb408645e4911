"""Defects of a composition, and how messages spell places in its facts."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One defect and what the message must name: the setting with its value, and the fix."""

    rule: Any
    path: str
    value: object
    says: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule.RULE.name}: {self.path}"


def spelled(path: str) -> str:
    """`a.0.b` as messages write it: `a[0].b`."""
    parts = path.split(".")
    return "".join(f"[{p}]" if p.isdigit() else f".{p}" for p in parts).lstrip(".")
