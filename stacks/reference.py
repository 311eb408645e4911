"""docs/settings.md, generated from the settings models: `python -m stacks.reference`."""

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.control_plane import FROM_PROFILE
from stacks.patterns import in_words
from stacks.profile_timers import fills_in
from stacks.settings import SECRETS, Settings

_NAMES: dict[object, str] = {
    int: "integer",
    float: "number",
    str: "text",
    bool: "true or false",
    IPv4Address: "IPv4 address",
    IPv6Address: "IPv6 address",
    IPv4Interface: "IPv4 address with prefix length",
    IPv6Interface: "IPv6 address with prefix length",
    IPv4Network: "IPv4 network",
    IPv6Network: "IPv6 network",
    NoneType: "null",
}
_INTRODUCTION = Path(__file__).parent / "introduction.md"
_BOUNDS = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}


def settings_reference() -> str:
    """The whole document as Markdown."""
    lines = [_INTRODUCTION.read_text()]
    for model, places in _sections().items():
        lines += [f"## {_title(model)}\n", f"{_paragraph(model.__doc__)}\n"]
        if places:
            lines += [f"At {', '.join(f'`{place}`' for place in places)}.\n"]
        lines += ["| setting | type | default | meaning |", "|---|---|---|---|"]
        lines += [_row(model, name, field) for name, field in model.model_fields.items()]
        lines.append("")
    lines += ["## Secrets\n", "Set with `pulumi config set --secret k8s-ha-lb:<name>`.\n"]
    lines += ["| secret | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in SECRETS.items()]
    return "\n".join(lines) + "\n"


def _sections() -> dict[type[BaseModel], list[str]]:
    """Every model once, with the settings that take it, in the order in which they are met."""
    sections: dict[type[BaseModel], list[str]] = {Settings: []}
    queue: list[type[BaseModel]] = [Settings]
    while queue:
        model = queue.pop(0)
        parent = "k8s-ha-lb:" if model is Settings else f"{_title(model)}."
        for name, field in model.model_fields.items():
            for suffix, inner in _models(field.annotation):
                if inner not in sections:
                    queue.append(inner)
                places = sections.setdefault(inner, [])
                places.append(f"{parent}{field.alias or name}{suffix}")
    return sections


def _title(model: type[BaseModel]) -> str:
    return "k8s-ha-lb" if model is Settings else model.__name__.removesuffix("Settings")


def _row(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    described = field.description or next((m.__doc__ for _, m in _models(field.annotation)), None)
    default = "the profile's" if fills_in(model, name) else _default(field)
    cells = (f"`{field.alias or name}`", _type(field), default, _paragraph(described))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(field: FieldInfo) -> str:
    bounds = [
        f"{words} {value}{' items' if 'length' in key and _is_list(field) else ''}"
        for key, words in _BOUNDS.items()
        for value in (getattr(m, key, None) for m in field.metadata)
        if value is not None
    ]
    allowed = [in_words(pattern) for pattern in _patterns(field.annotation, field.metadata)]
    return ", ".join([_type_name(field.annotation), *allowed, *bounds])


def _patterns(annotation: Any, metadata: Sequence[object]) -> Iterator[str]:
    for constraint in metadata:
        pattern = getattr(constraint, "pattern", None)
        if pattern is not None:
            yield pattern
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from _patterns(inner[0], inner[1:])
    elif get_origin(annotation) in (tuple, Union, UnionType):
        for each in inner:
            yield from _patterns(each, ())


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _type_name(annotation: Any) -> str:
    if annotation in _NAMES:
        return _NAMES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_name(arguments[0])
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type_name(a) for a in arguments))
    if origin is tuple:
        return f"list of {_type_name(arguments[0])}"
    if isinstance(annotation, type):
        return _class_name(annotation)
    return ", ".join(f"`{value}`" for value in arguments) if arguments else str(annotation)


def _class_name(annotation: type) -> str:
    if issubclass(annotation, StrEnum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    if issubclass(annotation, BaseModel):
        return f"[{_title(annotation)}](#{_title(annotation).lower()})"
    return annotation.__name__


def _default(field: FieldInfo) -> str:
    if field.json_schema_extra == FROM_PROFILE:
        return str(FROM_PROFILE["default"])
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "its defaults"
    if value is None or value == ():
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _models(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        driver = annotation.model_fields.get("driver")
        yield (f" ({driver.default})" if driver else "", annotation)
        return
    suffix = "[]" if get_origin(annotation) is tuple else ""
    for argument in get_args(annotation):
        for inner_suffix, model in _models(argument):
            yield suffix + inner_suffix, model


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    sys.stdout.write(settings_reference())
