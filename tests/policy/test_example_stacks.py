"""The stacks that come with the project satisfy the pack."""

from pathlib import Path

import pytest
import yaml
from pulumi_policy import EnforcementLevel

from policy.rules.catalogue import POLICIES
from stacks.settings import parse_settings
from tests.policy.good_facts import facts_of
from tests.policy.judging import Given, judge
from tests.unit.models import CA

STACKS = sorted((Path(__file__).parents[2] / "stacks").glob("Pulumi.*.yaml"))
PREFIX = "k8s-ha-lb:"


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
def test_the_settings_of_an_example_stack_satisfy_every_mandatory_rule(
    file: Path, tmp_path: Path
) -> None:
    config = yaml.safe_load(file.read_text())["config"]
    raw = {key.removeprefix(PREFIX): value for key, value in config.items()}
    authority = tmp_path / raw["controlPlane"]["healthCheck"]["caFile"]
    authority.parent.mkdir(parents=True, exist_ok=True)
    authority.write_text(CA)
    settings = parse_settings(raw, tmp_path)
    lb = settings.control_plane.load_balancer()
    facts = facts_of(lb, worst_outage_ms=settings.slo.worst_outage_ms)
    for policy in POLICIES:
        if policy.enforcement_level is EnforcementLevel.ADVISORY:
            continue
        verdict = judge(policy, Given(facts))
        assert verdict.clean, verdict
