"""Turns what the policy SDK hands over into plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import pulumi
from pulumi_policy.proxy import UnknownValueError

Plain: TypeAlias = "bool | float | str | Unknown | list[Plain] | dict[str, Plain] | None"


@dataclass(frozen=True)
class Unknown:
    """A value that preview does not know, because another resource decides it in the update."""

    path: str


def plain(value: object, path: str = "") -> Plain:
    """`value` without the SDK's proxies; every value that is not known yet becomes `Unknown`.

    Text in assets is kept, so that rules see it. Other objects become their `repr`.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, object]", value)
        return {key: _item(mapping, key, f"{path}.{key}".lstrip(".")) for key in mapping}
    if isinstance(value, Sequence):
        sequence = cast("Sequence[object]", value)
        return [_item(sequence, index, f"{path}[{index}]") for index in range(len(sequence))]
    if isinstance(value, pulumi.StringAsset):
        return {"text": str(value.text)}
    return repr(value)


def _item(container: object, key: str | int, path: str) -> Plain:
    try:
        item = cast("Mapping[str | int, object]", container)[key]
    except UnknownValueError:
        return Unknown(path)
    return plain(item, path)
