"""Every setting of the model, and values that it must refuse: read off the model's own types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from components.model.address import Address, InterfaceAddress
from components.model.base import Model
from components.model.load_balancer import LoadBalancer
from components.model.network import Network
from tests.unit.any_models import HOSTILE

TEXTS = [f"a{character}b" for character in HOSTILE] + ["", " ", "../a", "a" * 1025]
NO_TEXT: list[Any] = [7, ["text"], {"a": "text"}]
NO_NUMBER: list[Any] = ["many", [], 1.5, {"a": 1}]
ADDRESSES: Mapping[object, list[Any]] = {
    Address: ["198.18.0.300", "fe80::1%eth0\nx", "", "::ffff:1.2.3.4", 3],
    InterfaceAddress: ["198.18.0.11", "fe80::1%\n}/64", "", 3],
    Network: ["10.0.0.1/8", "::ffff:10.0.0.0/104", "fe80::%a;b/64", "all", 7],
}

ANY_TEXT = {
    "nodes.0.failureDomain": "written into no file",
    "listeners.0.pool.backends.0.failureDomain": "written into no file",
    "listeners.0.http.errorPages.0.content": "a hostile one stays in its place (test_properties)",
    "listeners.0.pool.healthCheck.ca": "a file of its own, which the engine parses as certificates",
}
"""Settings that take any text, and why that is safe."""

HALF_HOSTILE = {
    "listeners.0.pool.healthCheck.path": "a hostile one stays in its place (test_properties)",
    "listeners.0.routes.0.path": "both engines read it back as it was (test_..._quoting)",
}
"""Settings that take some of the characters that mean something to an engine."""


@dataclass(frozen=True)
class Setting:
    """A place in the settings, items of lists by number, and what it must refuse."""

    path: str
    wrong: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The last name in the path."""
        return next(part for part in reversed(self.path.split(".")) if not part.isdigit())

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return self.path.endswith(".0")


def all_settings(model: type[Model] = LoadBalancer, at: str = "") -> Iterator[Setting]:
    """Those of the model and of everything in it; a model met before is not entered again below
    the routes, whose pools are the listener's own kind."""
    for name, field in model.model_fields.items():
        path = f"{at}{field.alias or name}"
        yield from _of(_annotation(field), path, optional=not field.is_required())


def _annotation(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _of(annotation: Any, path: str, *, optional: bool) -> Iterator[Setting]:
    limits: list[Any] = []
    if annotation in ADDRESSES:
        yield Setting(path, tuple(ADDRESSES[annotation]))
        return
    if get_origin(annotation) is Annotated:
        annotation, *limits = get_args(annotation)
    if get_origin(annotation) in (Union, UnionType):
        members = [each for each in get_args(annotation) if each is not NoneType]
        if len(members) > 1:
            raise TypeError(f"{path}: wrong values of {annotation} are not known here; add them")
        yield from _of(
            Annotated[members[0], *limits] if limits else members[0], path, optional=True
        )
        return
    if get_origin(annotation) is tuple:
        yield Setting(path, ("text", 7, *([] if optional else [[]])))
        yield from _of(get_args(annotation)[0], f"{path}.0", optional=False)
        return
    if issubclass(annotation, Model):
        yield Setting(path, ("text", 7, [], {"tyop": 1}))
        if not _is_a_pool_again(path):
            yield from all_settings(annotation, f"{path}.")
        return
    yield Setting(path, tuple(_wrong(annotation, limits, path)))


def _is_a_pool_again(path: str) -> bool:
    return path.endswith("outes.0.pool")


def _wrong(kind: type, limits: list[Any], path: str) -> Iterator[Any]:
    if issubclass(kind, bool):
        yield from ("perhaps", 2, [], {"a": True})
    elif issubclass(kind, StrEnum):
        yield from ("no such", "", 7, [])
    elif issubclass(kind, int):
        yield from NO_NUMBER
        yield from _beyond(limits, path)
    elif issubclass(kind, str):
        yield from NO_TEXT
        if path not in ANY_TEXT and path not in HALF_HOSTILE:
            yield from TEXTS
        elif path in HALF_HOSTILE:
            yield from ("", "a", "/a b", "/a\nb", "/ä", "/\0", "/a\tb")
    else:
        raise TypeError(f"{path}: wrong values of {kind} are not known here; add them")


def _beyond(limits: list[Any], path: str) -> Iterator[int]:
    """One below and one above what a number may be; every number has both limits."""
    known = [part for each in limits for part in _parts(each)]
    lowest = [part.ge for part in known if isinstance(part, annotated_types.Ge)]
    highest = [part.le for part in known if isinstance(part, annotated_types.Le)]
    if not (lowest and highest):
        raise TypeError(f"{path}: a number without limits; give it ge and le")
    yield from (int(str(lowest[0])) - 1, int(str(highest[0])) + 1)


def _parts(limit: Any) -> list[Any]:
    return limit.metadata if isinstance(limit, FieldInfo) else [limit]
