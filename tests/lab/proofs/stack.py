"""The lab's stack in the hands of a test: change settings, run Pulumi, look at the hosts."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from components.model.budget.fault import Fault
from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer
from components.render.host import settle_seconds
from lab.drill.target import DrillTarget
from lab.endpoint import PREFIX, load_balancer_of
from lab.hosts import LOAD_BALANCERS
from lab.machines import run_in_machine
from lab.parts import Parts
from lab.stack import UP, run_pulumi
from lab.stack_file import stack_file
from lab.state import CHECKOUT, Lab

Settings = dict[str, Any]
Change = Callable[[Settings], object]


def unchanged(_: Settings) -> None:
    """No change."""


def for_either_engine(config: Settings) -> None:
    """Settings that every engine honours: passive checks and what they do not notice are accepted,
    and what nginx does not have is left out."""
    control_plane = config[f"{PREFIX}controlPlane"]
    control_plane["healthCheck"]["passive"] = True
    control_plane.pop("slowStartMs", None)
    config[f"{PREFIX}slo"]["acceptedUnbounded"] = [
        Fault.BACKEND_HUNG.value,
        Fault.BACKEND_ANSWERS_500.value,
        Fault.BACKEND_RETURNS.value,
    ]


@dataclass(frozen=True, kw_only=True)
class StackUnderTest:
    """A lab that is up on an engine, and the means to run Pulumi on it again."""

    lab: Lab
    parts: Parts
    engine: Engine
    for_either: bool = False
    """Whether its settings are such that the engine alone need be changed."""

    def on(self, engine: Engine) -> "StackUnderTest":
        """The same stack on another engine."""
        return replace(self, engine=engine)

    def up(self, change: Change = unchanged, *, project: Path = CHECKOUT) -> str:
        """Output of `pulumi up` with changed settings, without a preview. Raises CommandError."""
        file = str(self._file(change))
        arguments = ["--stack", self.lab.name, "--config-file", file, *UP, "--skip-preview"]
        return self._run(["up", *arguments], project)

    def preview(self, change: Change = unchanged) -> str:
        """Output of `pulumi preview`, with the outputs and the budget. Raises CommandError."""
        file = str(self._file(change))
        return self._run(["preview", "--stack", self.lab.name, "--config-file", file], CHECKOUT)

    def destroy(self) -> str:
        """Output of `pulumi destroy`. Raises CommandError."""
        file = str(self._file(unchanged))
        arguments = ["--stack", self.lab.name, "--config-file", file, "--yes"]
        return self._run(["destroy", *arguments], CHECKOUT)

    def target(self, change: Change = unchanged) -> DrillTarget:
        """The endpoint as these settings make it."""
        return DrillTarget(lab=self.lab, load_balancer=self.load_balancer(change))

    def load_balancer(self, change: Change = unchanged) -> LoadBalancer:
        """The model of these settings."""
        return load_balancer_of(self._settings(change))

    def settle(self) -> None:
        """Waits until the expected holder alone has the VIPs. Raises NeverHappenedError."""
        target = self.target()
        target.wait_for_holder(target.expected_holder, settle_seconds(target.load_balancer))

    def ssh_logins(self) -> dict[str, int]:
        """How often somebody has logged in to each machine over SSH since it booted."""
        return {
            node: run_in_machine(
                self.lab, node, ["journalctl", "-q", "-o", "cat", "-t", "sshd", "--no-pager"]
            ).count("Accepted publickey")
            for node in LOAD_BALANCERS
        }

    def _run(self, arguments: list[str], project: Path) -> str:
        log = self.lab.log / "pulumi-test.log"
        return run_pulumi(self.lab, self.parts, arguments, log=log, project=project)

    def _settings(self, change: Change) -> Settings:
        settings = copy.deepcopy(yaml.safe_load(stack_file(self.lab).read_text()))
        if self.for_either or self.engine is not Engine.HAPROXY:
            for_either_engine(settings["config"])
        settings["config"][f"{PREFIX}controlPlane"]["engine"] = self.engine.value
        change(settings["config"][f"{PREFIX}controlPlane"])
        return settings

    def _file(self, change: Change) -> Path:
        file = self.lab.folder / "Pulumi.changed.yaml"
        file.write_text(yaml.safe_dump(self._settings(change), sort_keys=False))
        return file
