"""Settings that name a file: its content takes the place of the name, everywhere alike."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from components.model.base import refuse
from stacks.errors import settings_error

FILE_SETTINGS: Mapping[str, str] = {
    "caFile": "ca",
    "chainFile": "chain",
    "clientAuthorityFile": "clientAuthority",
    "contentFile": "content",
}
"""Name of the setting that gives the file, and of the one that has its content."""


def with_file_contents(settings: object, prefix: str, project: Path) -> object:
    """`settings` with each file setting replaced by the content of the file below `project`.

    Raises SettingsError that names every file which cannot be read, as text, and every setting that
    is given in both forms.
    """
    faults: list[str] = []
    read = _read(settings, prefix, project, faults)
    if faults:
        raise settings_error(faults)
    return read


def _read(value: object, at: str, project: Path, faults: list[str]) -> object:
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_read(item, f"{at}[{i}]", project, faults) for i, item in enumerate(items)]
    if not isinstance(value, Mapping):
        return value
    given = cast("Mapping[str, object]", value)
    return dict(_entries(given, at, project, faults))


def _entries(
    given: Mapping[str, object], at: str, project: Path, faults: list[str]
) -> Iterator[tuple[str, object]]:
    for name, value in given.items():
        setting = f"{at}.{name}"
        if name not in FILE_SETTINGS:
            yield name, _read(value, setting, project, faults)
            continue
        own = FILE_SETTINGS[name]
        try:
            if own in given:
                raise refuse(setting, value, f"{own} is given too", "remove one of them")
            yield own, _content(setting, value, project)
        except ValueError as error:
            faults.append(str(error))


def _content(setting: str, name: object, project: Path) -> str:
    fix = "give the path of a text file relative to the project"
    if not isinstance(name, str):
        raise refuse(setting, name, "not a path", fix)
    try:
        return (project / name).read_text()
    except OSError as error:
        raise refuse(setting, name, f"cannot be read ({error.strerror})", fix) from None
    except UnicodeDecodeError:
        raise refuse(setting, name, "not text (a DER certificate?)", fix) from None
