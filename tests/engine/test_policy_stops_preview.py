"""One bad stack per rule: real engine and pack stop it before anything is touched."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab.parts import Engine
from policy.rules.catalogue import RULES
from tests.engine.conftest import project_in
from tests.engine.pulumi_cli import PulumiCli
from tests.engine.ssh_server import SshServer
from tests.policy.good_facts import TYPE, changed, control_plane_facts

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policy"
PROGRAM = Path(__file__).parent / "policy_stack" / "__main__.py"
POOL = "loadBalancer.listeners.0.pool"


@dataclass(frozen=True)
class BadStack:
    """Settings of a stack that violates one rule, and what the operator must read."""

    rule: str
    says: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    limits: dict[str, Any] = field(default_factory=dict[str, Any])
    """Configuration of the rule in the pack."""


def component(facts: dict[str, Any], name: str = "lab", type: str = TYPE) -> dict[str, Any]:
    return {"type": type, "name": name, "facts": facts}


def control_plane(path: str, value: object) -> dict[str, Any]:
    return {"components": [component(changed(path, value))]}


def first(path: str) -> list[Any]:
    """The first element of a list in the good facts."""
    place: Any = control_plane_facts()
    for part in path.split("."):
        place = place[int(part) if part.isdigit() else part]
    return place[:1]


def behind_nginx() -> dict[str, Any]:
    facts = changed("loadBalancer.engine", "nginx")
    facts["loadBalancer"]["listeners"][0]["pool"]["healthCheck"]["passive"] = True
    return {"components": [component(facts)]}


def with_certificate(not_after: str) -> dict[str, Any]:
    tls = {"profile": "intermediate", "names": ["web.example.com"]}
    facts = changed("loadBalancer.listeners.0.tls", tls)
    told = {"listener": "kube-apiserver", "name": "web", "names": ["web.example.com"]}
    facts["certificates"] = [told | {"notBefore": "2019-01-01T00:00:00Z", "notAfter": not_after}]
    return {"components": [component(facts)]}


FAULTS = [each["fault"] for each in control_plane_facts()["failoverBudget"]]
RESTARTED = FAULTS.index("backend-restarted")
LEVELS = {rule.name: rule.level.value for rule in RULES}

BAD_STACKS = [
    BadStack(
        "at-least-two-backends",
        ("lab: controlPlane.backends is 1", "at least 2", "list 1 more in controlPlane.backends"),
        control_plane(f"{POOL}.backends", first(f"{POOL}.backends")),
    ),
    BadStack(
        "at-least-two-backends-f5",
        ("web: the number of enabled members is 1", "at least 2", "f5bigip.ltm.PoolAttachment"),
        {
            "components": [
                component({"name": "/Common/web"}, "web", "f5bigip:ltm/pool:Pool"),
                component(
                    {"pool": "/Common/web", "node": "/Common/a:443"},
                    "a",
                    "f5bigip:ltm/poolAttachment:PoolAttachment",
                ),
            ]
        },
    ),
    BadStack(
        "health-check-present",
        ("lab: controlPlane.healthCheck is not set", "set controlPlane.healthCheck.kind to https"),
        control_plane(f"{POOL}.healthCheck", None),
    ),
    BadStack(
        "health-check-honest",
        ("lab: controlPlane.healthCheck.path is /healthz", "healthCheck.path to /readyz"),
        control_plane(f"{POOL}.healthCheck.path", "/healthz"),
    ),
    BadStack(
        "two-load-balancer-nodes",
        ("lab: controlPlane.nodes is 1", "at least 2 nodes", "add 1 more to controlPlane.nodes"),
        control_plane("loadBalancer.nodes", first("loadBalancer.nodes")),
    ),
    BadStack(
        "priorities-decide",
        (
            "lab: controlPlane.nodes[lb2].priority is 150",
            "controlPlane.nodes[lb1].priority is the same",
            "set controlPlane.nodes[lb2].priority",
        ),
        control_plane("loadBalancer.nodes.1.priority", 150),
    ),
    BadStack(
        "vrid-unique",
        ("lab: controlPlane.vips[198.18.0.30].vrid is 51", "edge uses it", "from 1 to 255"),
        {
            "components": [
                component(changed("loadBalancer.vips", first("loadBalancer.vips")), "edge"),
                component(
                    changed("loadBalancer.vips", [{"address": "198.18.0.30", "vrid": 51}]), "lab"
                ),
            ]
        },
    ),
    BadStack(
        "vip-unique-and-sane",
        (
            "lab: controlPlane.vips[198.18.0.11].address is 198.18.0.11",
            "controlPlane.nodes[lb1] has this address",
            "a free host address of 198.18.0.0/24",
        ),
        control_plane("loadBalancer.vips.0.address", "198.18.0.11"),
    ),
    BadStack(
        "api-tunnel-timeout",
        ("lab: controlPlane.timeouts.tunnelMs is 60000", "3600000", "set controlPlane.timeouts"),
        control_plane("loadBalancer.listeners.0.timeouts.tunnelMs", 60_000),
    ),
    BadStack(
        "backend-detection-beats-vip",
        ("lab: the predicted ejection of backend-hung is 3100 ms", "after 3000 ms", "intervalMs"),
        {"components": [component(control_plane_facts())]},
        {"localCheckAsksBackends": True},
    ),
    BadStack(
        "ejection-beats-apiserver-shutdown",
        ("lab: the predicted ejection of backend-restarted is 9000 ms", "serves 8000 ms"),
        control_plane(f"failoverBudget.{RESTARTED}.degradedMs", 9000),
    ),
    BadStack(
        "api-no-persistence",
        ("lab: controlPlane.persistence.kind is source", "remove controlPlane.persistence"),
        control_plane(f"{POOL}.persistence", {"kind": "source"}),
    ),
    BadStack(
        "dead-sessions-closed",
        ("lab: controlPlane.closeSessionsOfDeadBackend is false", "set it to true"),
        control_plane(f"{POOL}.closeSessionsOfDeadBackend", False),
    ),
    BadStack(
        "reject-when-empty",
        ("lab: controlPlane.rejectWhenEmpty is false", "rejectWhenEmpty to true"),
        control_plane(f"{POOL}.rejectWhenEmpty", False),
    ),
    BadStack(
        "health-check-active",
        ("lab: controlPlane.healthCheck.passive is true with engine nginx", "stays in use"),
        behind_nginx(),
    ),
    BadStack(
        "tls-minimum",
        ("lab: controlPlane.tls.certificates[web] is valid until 2020", "renew it"),
        with_certificate("2020-01-01T00:00:00+00:00"),
    ),
    BadStack(
        "proxy-protocol-paired",
        ("lab: controlPlane.sendProxy is v1", "set controlPlane.backendsAcceptProxy"),
        control_plane(f"{POOL}.sendProxy", "v1"),
    ),
    BadStack(
        "sources-limited",
        ("lab: controlPlane.allowedCidrs is empty", "set controlPlane.allowedCidrs"),
        control_plane("loadBalancer.listeners.0.allowedCidrs", []),
    ),
    BadStack(
        "stats-not-exposed",
        ("lab: controlPlane.stats.reach is node", "stats.reach to loopback"),
        control_plane("loadBalancer.stats.reach", "node"),
    ),
    BadStack(
        "config-within-limits",
        ("lab: controlPlane.maxConnections is 900000", "set controlPlane.maxConnections to"),
        control_plane("loadBalancer.maxConnections", 900_000),
    ),
    BadStack(
        "within-slo",
        (
            "lab: the predicted outage of engine-killed is 20000 ms",
            "slo.worstOutageMs allows 10000 ms",
            "change controlPlane.profile",
        ),
        control_plane("failoverBudget.0.outageMs", 20_000),
    ),
]

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
