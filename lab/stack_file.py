"""The settings of a lab's stack: the committed file, or a copy of it for another lab."""

import re
from pathlib import Path
from typing import Any

import yaml

from lab.records import write_atomically
from lab.state import CHECKOUT, DEFAULT_NAME, Lab

COMMITTED = CHECKOUT / "stacks" / "Pulumi.lab.yaml"

_NAMESPACE = re.compile(rf"{DEFAULT_NAME}-(switch|operator|client|stranger|cp\d+|lb\d+)")
_FOLDER = re.compile(rf"(?:\./)?\.lab/{DEFAULT_NAME}(/|$)")


def rename(settings: Any, name: str) -> Any:
    """The same settings for the lab called `name`: its folder, namespaces and machines.

    Touches only whole strings that name one of these; a bridge called `lab0` stays.
    """
    if isinstance(settings, dict):
        return {key: rename(value, name) for key, value in settings.items()}
    if isinstance(settings, list):
        return [rename(value, name) for value in settings]
    if isinstance(settings, str):
        if match := _NAMESPACE.fullmatch(settings):
            return f"{name}-{match[1]}"
        return _FOLDER.sub(rf".lab/{name}\1", settings, count=1)
    return settings


def stack_file(lab: Lab) -> Path:
    """The file to give to Pulumi: the committed one for the default lab, else a copy of it.

    A change made to a copy by hand is kept: it is written only once.
    """
    if lab.name == DEFAULT_NAME:
        return COMMITTED
    copy = lab.folder / f"Pulumi.{lab.name}.yaml"
    if not copy.exists():
        settings = yaml.safe_load(COMMITTED.read_text())
        text = yaml.safe_dump(rename(settings, lab.name), sort_keys=False)
        write_atomically(copy, f"# Made from stacks/{COMMITTED.name} for this lab.\n{text}")
    return copy


def stack_home(lab: Lab) -> Path:
    """A folder in which the engine, when it makes the stack, finds the settings file by itself.

    `pulumi stack init` has no --config-file and would make `stacks/Pulumi.<name>.yaml` for the
    encryption salt. For a lab with a copy that is the lab's folder, made a project for the purpose.
    """
    if lab.name == DEFAULT_NAME:
        return CHECKOUT
    project = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())
    own = {"name": project["name"], "runtime": "yaml"}
    write_atomically(lab.folder / "Pulumi.yaml", yaml.safe_dump(own))
    return lab.folder
