"""The stack files in the repository are right and highly available."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.model.budget.budget import failover_budget
from stacks.settings import parse_settings

STACKS = Path(__file__).parents[3] / "stacks"
FILES = [STACKS / f"Pulumi.{name}.yaml" for name in ("dev", "lab", "prod", "staging")]


def read(file: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(file.read_text())["config"]
    return {name.removeprefix("k8s-ha-lb:"): value for name, value in config.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_stack_file_is_accepted_and_keeps_its_own_objective(file: Path, tmp_path: Path) -> None:
    raw = read(file)
    authority = tmp_path / raw["controlPlane"]["healthCheck"]["caFile"]
    authority.parent.mkdir(parents=True)
    authority.write_text("PEM")
    settings = parse_settings(raw, tmp_path)
    budget = failover_budget(settings.control_plane.load_balancer())
    assert budget.worst.worst_ms <= settings.slo.worst_outage_ms
