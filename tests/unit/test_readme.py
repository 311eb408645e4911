"""What the README shows is what the program prints."""

import re
from pathlib import Path

import yaml

from components.model.budget.budget import failover_budget
from components.render.budget_table import render_budget_table
from stacks.settings import parse_settings

CHECKOUT = Path(__file__).parents[2]


def test_the_budget_in_the_readme_is_the_labs(tmp_path: Path) -> None:
    config = yaml.safe_load((CHECKOUT / "stacks" / "Pulumi.lab.yaml").read_text())["config"]
    authority = tmp_path / ".lab" / "lab" / "pki" / "ca.crt"
    authority.parent.mkdir(parents=True)
    authority.write_text("PEM")
    raw = {name.removeprefix("k8s-ha-lb:"): value for name, value in config.items()}
    lb = parse_settings(raw, tmp_path).control_plane.load_balancer()
    printed = [_words(x) for x in render_budget_table(lb.name, failover_budget(lb)).splitlines()]

    block = re.search(r"```\n(Failover budget.*?)```", (CHECKOUT / "README.md").read_text(), re.S)
    assert block is not None
    shown = [_words(line) for line in block[1].splitlines()]
    assert len(shown) >= 4
    for line in shown:
        assert line in printed


def _words(line: str) -> str:
    return " ".join(line.split())
