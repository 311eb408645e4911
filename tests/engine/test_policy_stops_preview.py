"""One bad stack per rule: real engine and pack stop it before anything is touched."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.parts import Engine
from policy.rules.catalogue import RULES
from tests.engine.bad_stacks import BAD_STACKS, BadStack, component, control_plane
from tests.engine.conftest import project_in
from tests.engine.pulumi_cli import PulumiCli
from tests.engine.ssh_server import SshServer
from tests.policy.good_facts import TYPE, control_plane_facts

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policy"
PROGRAM = Path(__file__).parent / "policy_stack" / "__main__.py"
LEVELS = {rule.name: rule.level.value for rule in RULES}


Make = Callable[..., PulumiCli]
NAME = "policy-stack"


@pytest.fixture
def stack(pulumi_project: Make) -> Callable[[dict[str, Any]], PulumiCli]:
    """Make the stack that has these settings."""

    def make(settings: dict[str, Any]) -> PulumiCli:
        cli = pulumi_project(PROGRAM.read_text(), name=NAME)
        configure(cli, settings)
        return cli

    return make


@pytest.fixture(scope="module")
def previewed(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> PulumiCli:
    """One stack for all previews, which leave nothing in it."""
    return project_in(tmp_path_factory.mktemp("bad"), engine, PROGRAM.read_text(), name=NAME)


def configure(cli: PulumiCli, settings: dict[str, Any]) -> None:
    """Gives the stack these settings and no others."""
    file = cli.project / f"Pulumi.{cli.stack}.yaml"
    config = {f"{NAME}:{key}": value for key, value in settings.items()}
    salt = next(line for line in file.read_text().splitlines() if line.startswith("encryptionsalt"))
    file.write_text(f"{salt}\nconfig: {json.dumps(config)}\n")


def resources(cli: PulumiCli) -> list[str]:
    """Types in the state, without the stack itself and its providers."""
    found = cli.json("stack", "export", f"--stack={cli.stack}")["deployment"].get("resources", [])
    return [each["type"] for each in found if not each["type"].startswith("pulumi:")]


def stopped(cli: PulumiCli, *command: str, expect: int = 1) -> str:
    """What the engine says when the pack stops a command; advice alone stops none."""
    return cli.run(*command, f"--stack={cli.stack}", f"--policy-pack={PACK}", expect=expect)


@pytest.mark.parametrize("bad", BAD_STACKS, ids=lambda bad: bad.rule)
def test_a_bad_control_plane_is_stopped_or_advised_in_preview(
    bad: BadStack, previewed: PulumiCli, tmp_path: Path
) -> None:
    cli = previewed
    configure(cli, bad.settings)
    limits = tmp_path / "limits.json"
    limits.write_text(json.dumps({bad.rule: bad.limits}))
    mandatory = LEVELS[bad.rule] == "mandatory"
    output = stopped(cli, "preview", f"--policy-pack-config={limits}", expect=int(mandatory))
    assert f"[{LEVELS[bad.rule]}] [severity: " in output
    assert f"  {bad.rule}  (" in output
    for part in bad.says:
        assert part in output


def test_no_preview_of_a_bad_control_plane_made_anything(previewed: PulumiCli) -> None:
    assert resources(previewed) == []


def remote(server: SshServer, create: str, **connection: object) -> dict[str, Any]:
    """A raw remote command to a real sshd; `create` leaves a trace if it ever runs."""
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "root",
        "private_key": server.private_key,
        "host_key": server.host_key,
    } | connection
    arguments = {"connection": given, "create": create}
    return {"remoteCommands": [{"name": "web", "arguments": arguments}]}


@pytest.mark.parametrize("command", [("preview",), ("up", "--yes", "--skip-preview")], ids=str)
def test_a_remote_command_without_a_host_key_is_stopped_before_it_runs(
    command: tuple[str, ...], stack, ssh_server: SshServer, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    cli = stack(remote(ssh_server, f"touch {trace}", host_key=None))
    output = stopped(cli, *command)
    assert "  host-key-verified  (command:remote:Command: web)" in output
    assert "web: connection.hostKey is not set for 127.0.0.1" in output
    assert "set connection.hostKey to the line of /etc/ssh/ssh_host_ed25519_key.pub" in output
    assert not trace.exists()
    assert resources(cli) == []


@pytest.mark.parametrize("command", [("preview",), ("up", "--yes", "--skip-preview")], ids=str)
def test_a_remote_command_with_a_password_in_it_is_stopped_before_it_runs(
    command: tuple[str, ...], stack, ssh_server: SshServer, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    cli = stack(remote(ssh_server, f"touch {trace}\npassword=hunter2"))
    output = stopped(cli, *command)
    assert "  no-secret-in-command  (command:remote:Command: web)" in output
    assert "web: create is holding a literal value for `password` in line 2" in output
    assert "hand it over in `stdin` as a secret" in output
    assert "hunter2" not in output[output.index("Policies:") :]
    assert not trace.exists()
    assert resources(cli) == []


def test_every_rule_has_a_stack_that_it_stops() -> None:
    raw = {"host-key-verified", "no-secret-in-command"}
    assert {bad.rule for bad in BAD_STACKS} | raw == {rule.name for rule in RULES}


def test_a_good_stack_passes_the_pack_in_preview_and_update(
    stack, ssh_server: SshServer, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    settings = {"components": [component(control_plane_facts())]}
    cli = stack(settings | remote(ssh_server, f"touch {trace}"))
    assert "not known before the update" not in cli.preview(f"--policy-pack={PACK}")
    cli.up(f"--policy-pack={PACK}")
    assert trace.exists()
    assert sorted(resources(cli)) == ["command:remote:Command", TYPE]


def test_a_value_that_preview_does_not_know_is_shown_and_judged_in_the_update(
    stack, ssh_server: SshServer, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    settings = remote(ssh_server, f"printf 'touch {trace}; pass''word=hunter2'")
    (first_command,) = settings["remoteCommands"]
    settings["remoteCommands"].append(
        first_command | {"name": "next", "runsOutputOf": first_command["name"]}
    )
    cli = stack(settings)
    assert "next: create is not known before the update" in cli.preview(f"--policy-pack={PACK}")
    output = stopped(cli, "up", "--yes", "--skip-preview")
    assert "next: create is holding a literal value for `password`" in output
    assert not trace.exists()


def test_limits_come_from_the_configuration_of_the_pack(stack, tmp_path: Path) -> None:
    limits = tmp_path / "limits.json"
    limits.write_text(json.dumps({"two-load-balancer-nodes": {"minimum": 3}}))
    cli = stack({"components": [component(control_plane_facts())]})
    arguments = f"--policy-pack={PACK}", f"--policy-pack-config={limits}"
    output = cli.fails("preview", f"--stack={cli.stack}", *arguments)
    assert "needs at least 3 nodes; add 1 more to controlPlane.nodes" in output


def test_the_folder_works_alone_under_another_name(stack, tmp_path: Path) -> None:
    alone = tmp_path / "shop" / "ha-rules"
    shutil.copytree(PACK, alone, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "shop" / ".venv").symlink_to(sys.prefix)
    cli = stack(control_plane("loadBalancer.nodes.1.priority", 150))
    output = cli.fails(
        "preview", f"--stack={cli.stack}", f"--policy-pack={alone}", env={"PYTHONPATH": ""}
    )
    assert "lab: controlPlane.nodes[lb2].priority is 150" in output
