"""The facts that the real model gives satisfy every rule."""

import ast
import sys
from pathlib import Path

import pytest

from components.model.profile import ProfileName
from policy.rules.catalogue import MODULES, POLICIES, RULES
from tests.policy.good_facts import control_plane_facts
from tests.policy.judging import Given, judge

PACK = Path(__file__).parents[2] / "policy"


@pytest.mark.parametrize("profile", ProfileName)
@pytest.mark.parametrize("policy", POLICIES, ids=[rule.name for rule in RULES])
def test_a_control_plane_made_by_the_model_satisfies_the_rule(policy, profile) -> None:
    assert judge(policy, Given(control_plane_facts(profile))).clean


def test_every_policy_carries_the_name_and_the_metadata_of_its_rule() -> None:
    for rule, policy in zip(RULES, POLICIES, strict=True):
        assert policy.name == rule.name
        assert policy.enforcement_level is rule.level
        assert policy.severity is rule.severity
        assert policy.remediation_steps == rule.fix
        assert policy.url == rule.source
        assert policy.config_schema
        assert {limit.name for limit in rule.limits} < set(policy.config_schema.properties)


def test_every_rule_is_in_the_file_of_its_name() -> None:
    for module, rule in zip(MODULES, RULES, strict=True):
        assert module.__name__.rsplit(".", maxsplit=1)[-1] == rule.name.replace("-", "_")


def test_the_pack_imports_nothing_of_this_project() -> None:
    allowed = {"pulumi", "pulumi_policy", "rules", *sys.stdlib_module_names}
    for file in PACK.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            assert {name.split(".")[0] for name in imported(node)} <= allowed, file


def imported(node: ast.AST) -> list[str]:
    """Names of the modules that a statement imports from outside its own package."""
    if isinstance(node, ast.ImportFrom):
        return [node.module] if node.level == 0 and node.module else []
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
