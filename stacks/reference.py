"""docs/settings.md, generated from the settings models: `python -m stacks.reference`."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.settings import FROM_PROFILE, SECRETS, Settings

_INTRODUCTION = """\
# Settings

Generated from the models by `python -m stacks.reference`; a test fails when it is stale.

Settings live in `stacks/Pulumi.<stack>.yaml` under `k8s-ha-lb:`. Unknown names are refused. Names
of files are relative to the project. What is left out gets the default; timers get the profile's.
"""

_NAMES: dict[object, str] = {
    int: "integer",
    float: "number",
    str: "text",
    bool: "true or false",
    IPv4Address: "IPv4 address",
    IPv6Address: "IPv6 address",
    IPv4Interface: "IPv4 address with prefix length",
    IPv6Interface: "IPv6 address with prefix length",
    NoneType: "null",
}
_BOUNDS = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}


def settings_reference() -> str:
    """The whole document as Markdown."""
    lines = [_INTRODUCTION]
    seen: set[type[BaseModel]] = set()
    queue: list[tuple[str, type[BaseModel]]] = [("k8s-ha-lb", Settings)]
    while queue:
        path, model = queue.pop(0)
        if model in seen:
            continue
        seen.add(model)
        separator = ":" if path == "k8s-ha-lb" else "."
        lines += [f"## {path}\n", f"{_paragraph(model.__doc__)}\n"]
        lines += ["| setting | type | default | meaning |", "|---|---|---|---|"]
        for name, field in model.model_fields.items():
            lines.append(_row(field.alias or name, field))
            for suffix, inner in _models(field.annotation):
                queue.append((f"{path}{separator}{field.alias or name}{suffix}", inner))
        lines.append("")
    lines += ["## Secrets\n", "Set with `pulumi config set --secret k8s-ha-lb:<name>`.\n"]
    lines += ["| secret | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in SECRETS.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    described = field.description or next((m.__doc__ for _, m in _models(field.annotation)), None)
    cells = (f"`{name}`", _type(field), _default(field), _paragraph(described))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(field: FieldInfo) -> str:
    bounds = [
        f"{words} {value}{' items' if 'length' in key and _is_list(field) else ''}"
        for key, words in _BOUNDS.items()
        for value in (getattr(m, key, None) for m in field.metadata)
        if value is not None
    ]
    return ", ".join([_type_name(field.annotation), *bounds])


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
    return annotation.__name__


def _default(field: FieldInfo) -> str:
    if field.json_schema_extra == FROM_PROFILE:
        return str(FROM_PROFILE["default"])
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "its defaults"
    if value is None:
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
