"""Settings errors, told by setting, value, limit and fix."""

import reprlib
from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from stacks.patterns import in_words


class SettingsError(Exception):
    """The stack's settings are wrong; the message lists every fault with its setting."""


def settings_error(faults: Iterable[str]) -> SettingsError:
    """The error with one line per fault."""
    return SettingsError("\n  ".join(["the settings of this stack are wrong:", *faults]))


def explain(prefix: str, error: ValidationError) -> SettingsError:
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
            told = fault["msg"].removeprefix("Value error, ").split("\n  ")
            lines += [_told_below(setting, line) for line in told]
        elif fault["type"] == "too_short":
            least = fault.get("ctx", {}).get("min_length")
            lines.append(f"{setting} is empty: at least {least} is needed; add one")
        elif fault["type"] == "string_pattern_mismatch":
            words = in_words(str(fault.get("ctx", {}).get("pattern")))
            lines.append(f"{setting} is {_shown(fault['input'])}: it is no {words}; write it so")
        else:
            same = (f["msg"] for f in faults if _setting(prefix, f["loc"]) == setting)
            why = " and ".join(dict.fromkeys(same)).replace("a valid tuple", "a list")
            lines.append(f"{setting} is {_shown(fault['input'])}: {why}; see docs/settings.md")
    return settings_error(dict.fromkeys(lines))


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80  # a whole file may stand in a setting


def _shown(value: object) -> str:
    """The value, shortened; a private key that was put in a wrong place is not shown."""
    return "a private key" if "PRIVATE KEY-----" in str(value) else _SHORT.repr(value)


def _setting(prefix: str, location: Sequence[int | str]) -> str:
    """The setting's full name, without pydantic's names for the members of a union."""
    name = prefix
    for part in location:
        if isinstance(part, int):
            name += f"[{part}]"
        elif part not in ("existing", "nspawn", "str", "tuple") and "[" not in part:
            name += f".{part}" if name else part
    return name


def _inside(location: Sequence[int | str], outer: Sequence[int | str]) -> bool:
    return len(location) > len(outer) and tuple(location[: len(outer)]) == tuple(outer)


def _told_below(setting: str, fault: str) -> str:
    return fault if not setting or fault.startswith(f"{setting}.") else f"in {setting}: {fault}"
