"""What an update would change, in the engine's terms."""

from collections.abc import Iterator
from typing import Any

from pulumi.runtime.proto.provider_pb2 import DiffResponse, PropertyDiff

from lab.stand_ins.command_provider import values

_REPLACES = ("triggers",)
_REPLACE_KIND = {
    PropertyDiff.ADD: PropertyDiff.ADD_REPLACE,
    PropertyDiff.DELETE: PropertyDiff.DELETE_REPLACE,
    PropertyDiff.UPDATE: PropertyDiff.UPDATE_REPLACE,
}


def difference(olds: dict[str, Any], news: dict[str, Any]) -> DiffResponse:
    """Compare two sets of inputs; changed triggers replace, everything else updates."""
    old, new = values.plain(olds), values.plain(news)
    detailed = dict(_changes("", old, new))
    if not detailed:
        return DiffResponse(changes=DiffResponse.DIFF_NONE, hasDetailedDiff=True)
    changed = sorted({path.partition(".")[0].partition("[")[0] for path in detailed})
    return DiffResponse(
        changes=DiffResponse.DIFF_SOME,
        diffs=changed,
        replaces=[name for name in changed if name in _REPLACES],
        detailedDiff={
            path: PropertyDiff(kind=_REPLACE_KIND[kind] if path.startswith(_REPLACES) else kind)
            for path, kind in detailed.items()
        },
        hasDetailedDiff=True,
    )


def _changes(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            below = f"{path}.{key}" if path else key
            if key not in old:
                yield below, PropertyDiff.ADD
            elif key not in new:
                yield below, PropertyDiff.DELETE
            else:
                yield from _changes(below, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            below = f"{path}[{index}]"
            if index >= len(old):
                yield below, PropertyDiff.ADD
            elif index >= len(new):
                yield below, PropertyDiff.DELETE
            else:
                yield from _changes(below, old[index], new[index])
    else:
        yield path, PropertyDiff.UPDATE
