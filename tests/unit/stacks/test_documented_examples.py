"""The examples of docs/settings.md are right."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_policy import EnforcementLevel

from components.model.budget.budget import failover_budget
from components.render.facts import policy_facts
from policy.rules.catalogue import POLICIES
from stacks.files import FILE_SETTINGS
from stacks.settings import Settings, parse_settings
from tests.authority import DAY, Authority
from tests.policy.judging import Given, judge

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
        "chainFile": authority.server(*WEB_NAMES, valid_for=90 * DAY).chain,
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


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_satisfies_every_mandatory_rule(example: dict[str, Any], tmp_path: Path) -> None:
    settings = parsed(example, tmp_path)
    lb, slo = settings.control_plane.load_balancer(), settings.slo
    facts = policy_facts(
        lb,
        failover_budget(lb),
        worst_outage_ms=slo.worst_outage_ms,
        accepted_unbounded=slo.accepted_unbounded,
    )
    given = Given(json.loads(json.dumps(facts)))
    for policy in POLICIES:
        if policy.enforcement_level is not EnforcementLevel.ADVISORY:
            verdict = judge(policy, given)
            assert verdict.clean, verdict
