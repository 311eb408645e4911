"""Settings errors, told by setting, value, limit and fix."""

from collections.abc import Sequence

from pydantic import BaseModel, ValidationError


class SettingsError(Exception):
    """The stack's settings are wrong; the message lists every fault with its setting."""


def explain(prefix: str, model: type[BaseModel], error: ValidationError) -> SettingsError:
    """One line per fault of `error`, each with the full name of its setting below `prefix`."""
    lines: list[str] = []
    faults = error.errors()
    for fault in faults:
        if fault["type"] == "too_short" and any(_inside(f["loc"], fault["loc"]) for f in faults):
            continue  # its items were refused one by one
        setting = _setting(prefix, fault["loc"])
        if fault["type"] == "extra_forbidden":
            lines.append(f"{setting} is not a setting; see docs/settings.md for the known ones")
        elif fault["type"] == "missing":
            lines.append(f"{setting} is missing; set it in the stack's Pulumi.<stack>.yaml")
        elif fault["type"] == "value_error":
            where = _container(prefix, fault["loc"])
            lines.append(f"{where}{fault['msg'].removeprefix('Value error, ')}")
        else:
            lines.append(f"{setting} is {fault['input']!r}: {fault['msg']}; see docs/settings.md")
    return SettingsError("the settings of this stack are wrong:\n  " + "\n  ".join(lines))


def _setting(prefix: str, location: Sequence[int | str]) -> str:
    name = prefix
    for part in location:
        if isinstance(part, int):
            name += f"[{part}]"
        elif part not in ("existing", "nspawn", "str", "tuple"):
            name += f".{part}" if name else part
    return name


def _inside(location: Sequence[int | str], outer: Sequence[int | str]) -> bool:
    return len(location) > len(outer) and tuple(location[: len(outer)]) == tuple(outer)


def _container(prefix: str, location: Sequence[int | str]) -> str:
    name = _setting(prefix, location)
    return f"in {name}: " if name else ""
