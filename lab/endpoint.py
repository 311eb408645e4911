"""The endpoint that a lab's stack makes, read from the settings that are given to Pulumi."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.model.load_balancer import LoadBalancer
from lab.drill.target import DrillTarget
from lab.stack_file import stack_file
from lab.state import CHECKOUT, Lab
from stacks.settings import parse_settings

PREFIX = "k8s-ha-lb:"


def load_balancer_of(settings: Mapping[str, Any], project: Path = CHECKOUT) -> LoadBalancer:
    """The model of a stack file's content, whose file names are relative to `project`.

    Raises SettingsError that names every wrong setting.
    """
    raw = {name.removeprefix(PREFIX): value for name, value in settings["config"].items()}
    return parse_settings(raw, project).control_plane.load_balancer()


def endpoint_of(lab: Lab) -> DrillTarget:
    """The lab's endpoint as its stack file makes it. Raises SettingsError."""
    settings = yaml.safe_load(stack_file(lab).read_text())
    return DrillTarget(lab=lab, load_balancer=load_balancer_of(settings))
