"""A program goes up, and its mistakes are shown readably, by whichever language host is in use."""

import pytest

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi

config = pulumi.Config()
class Box(pulumi.ComponentResource):
    def __init__(self, name, size):
        super().__init__("test:index:Box", name, {"size": size})
        self.register_outputs({"size": size})

Box("box", config.require_int("size"))
pulumi.export("size", config.require_int("size"))
pulumi.export("word", config.require_secret("word"))
"""

POLICY = """
from pulumi_policy import (
    EnforcementLevel, PolicyPack, ResourceValidationPolicy,
)

def small(args, report):
    if args.resource_type == "test:index:Box" and args.props["size"] > 3:
        report(f"size is {args.props['size']:.0f}, at most 3 is allowed: make it smaller")

PolicyPack(name="sizes", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    ResourceValidationPolicy(name="box-small", description="Boxes are small.", validate=small),
])
"""


def test_a_program_goes_up_twice_and_changes_nothing_the_second_time(pulumi_project):
    project = pulumi_project(PROGRAM)
    project.run("config", "set", "size", "2", "--stack=test")
    project.run("config", "set", "--secret", "word", "hush", "--stack=test")
    assert "2 created" in project.up()
    assert project.outputs() == {"size": 2, "word": "hush"}
    assert "2 unchanged" in project.up()
    assert "2 deleted" in project.destroy()


def test_a_missing_setting_is_named_without_a_trace_of_the_language_host(pulumi_project):
    output = pulumi_project(PROGRAM).fails("preview", "--stack=test")
    assert "Missing required configuration variable 'tryout:size'" in output
    assert "runner.py" not in output


def test_an_exception_shows_the_line_of_the_program(pulumi_project):
    output = pulumi_project("def depth():\n    return {}['nothing']\n\ndepth()\n").fails(
        "preview", "--stack=test"
    )
    assert "Program failed with an unhandled exception" in output
    assert "KeyError: 'nothing'" in output
    assert "return {}['nothing']" in output
    assert "runner.py" not in output


def test_a_program_with_a_syntax_error_is_refused_with_its_line(pulumi_project):
    output = pulumi_project("a = (\n").fails("preview", "--stack=test")
    assert "SyntaxError" in output
    assert "__main__.py" in output


def test_a_missing_virtual_environment_is_named(pulumi_project):
    project = pulumi_project(PROGRAM)
    settings = project.project / "Pulumi.yaml"
    settings.write_text(
        "name: tryout\nruntime: {name: python, options: {virtualenv: no-such-venv}}\n"
    )
    assert "no-such-venv" in project.fails("preview", "--stack=test")


def test_a_mandatory_policy_violation_stops_the_preview(pulumi_project):
    project = pulumi_project(PROGRAM)
    project.run("config", "set", "word", "hush", "--stack=test")
    pack = project.project / "policy"
    pack.mkdir()
    runtime = (project.project / "Pulumi.yaml").read_text().partition("\n")[2]
    (pack / "PulumiPolicy.yaml").write_text(runtime)
    (pack / "__main__.py").write_text(POLICY)

    project.run("config", "set", "size", "3", "--stack=test")
    assert "2 to create" in project.preview("--policy-pack=policy")

    project.run("config", "set", "size", "4", "--stack=test")
    output = project.fails("preview", "--stack=test", "--policy-pack=policy")
    assert "box-small" in output
    assert "size is 4, at most 3 is allowed: make it smaller" in output
