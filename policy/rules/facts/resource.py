"""A resource as rules see it, and which rules look at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .facts import Facts, Gaps
from .plain import plain

OUR_PACKAGE = "k8s-ha-lb:"
COMPOSITION_MODULES = frozenset({"control_plane"})
"""Modules whose components always carry the facts: without them a rule reports them missing."""


@dataclass(frozen=True)
class Resource:
    """One resource of the stack: a component of ours, or a raw resource of an app team."""

    type: str
    name: str
    urn: str
    facts: Facts
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Property -> URNs of the resources whose outputs it is made of (known in stack rules only)."""

    @property
    def settings(self) -> str:
        """Where its settings are in the stack file: module `control_plane` -> `controlPlane`."""
        first, *rest = self.type.split(":")[1].split("_")
        return first + "".join(word.capitalize() for word in rest)


Selector = Callable[[str, str, Mapping[str, object]], bool]
"""Whether a rule looks at a resource of this type, URN and properties."""


def resource(
    *,
    type: str,
    name: str,
    urn: str,
    props: Mapping[str, object],
    dependencies: Mapping[str, tuple[str, ...]] | None = None,
) -> Resource:
    """A resource with plain facts and no gaps yet."""
    facts = Facts(plain(props), "", Gaps())
    return Resource(type, name, urn, facts, dependencies or {})


def is_composition(type: str, urn: str, props: Mapping[str, object]) -> bool:
    """Whether it is the outermost component of ours that carries load-balancer facts.

    A component inside another of ours is that one's part: the outer one reports for it.
    """
    if not type.startswith(OUR_PACKAGE) or type.count(":") != 2:
        return False
    if any(parent.startswith(OUR_PACKAGE) for parent in _parent_types(urn)):
        return False
    return type.split(":")[1] in COMPOSITION_MODULES or "loadBalancer" in set(props)


def of_type(*types: str) -> Selector:
    """Selects raw resources by their type token."""

    def selects(type: str, urn: str, props: Mapping[str, object]) -> bool:
        return type in types

    return selects


def _parent_types(urn: str) -> list[str]:
    """Types of the ancestors: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""
    parts = urn.split("::")
    return parts[2].split("$")[:-1] if len(parts) > 3 else []
