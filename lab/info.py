"""What `up` decided for a lab, for the commands that come after it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.records import write_atomically
from lab.state import DEFAULT_NAME, Lab


@dataclass(frozen=True)
class LabInfo:
    kubernetes: str
    """The minor version, such as 1.34."""
    kubectl: str
    pulumi: str
    """Paths of the programs."""


class NoLabError(RuntimeError):
    """The lab is not up."""


def _path(lab: Lab) -> Path:
    return lab.folder / "lab.json"


def write_info(lab: Lab, info: LabInfo) -> None:
    write_atomically(_path(lab), json.dumps(asdict(info), indent=1))


def read_info(lab: Lab) -> LabInfo | None:
    try:
        return LabInfo(**json.loads(_path(lab).read_text()))
    except FileNotFoundError:
        return None


def require_info(lab: Lab) -> LabInfo:
    """Raises NoLabError when the lab is not up."""
    found = read_info(lab)
    if found is None:
        name = "" if lab.name == DEFAULT_NAME else f" --name {lab.name}"
        raise NoLabError(f"lab {lab.name!r} is not up: 'hactl lab up{name}' first")
    return found
