"""The examples of docs/settings.md are right."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.files import FILE_SETTINGS
from stacks.settings import Settings, parse_settings
from tests.authority import Authority

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"
EXAMPLES: list[dict[str, Any]] = [
    {name.removeprefix("k8s-ha-lb:"): value for name, value in yaml.safe_load(text).items()}
    for text in re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), flags=re.DOTALL)
]
WEB_NAMES = ("www.example.org", "shop.example.org")


def parsed(example: dict[str, Any], project: Path) -> Settings:
    """The example's settings, with every file that it names below `project`."""
    authority = Authority("ca")
    contents = {
        "caFile": authority.certificate,
        "clientAuthorityFile": authority.certificate,
        "chainFile": authority.server(*WEB_NAMES).chain,
        "contentFile": "<h1>Back soon</h1>",
    }
    named = "|".join(FILE_SETTINGS)
    for setting, name in re.findall(rf"({named}): ([^,}}\s]+)", yaml.safe_dump(example)):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(contents[setting])
    return parse_settings(example, project)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_makes_a_load_balancer(example: dict[str, Any], tmp_path: Path) -> None:
    lb = parsed(example, tmp_path).control_plane.load_balancer()
    assert len(lb.listeners) == 1 + len(example["controlPlane"].get("listeners", ()))
