"""The offline command plugin under the real engine: what the recording does not show."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab.parts import Engine
from lab.parts.engine import STAND_IN_ROUTE
from tests.engine.pulumi_cli import PulumiCli
from tests.engine.ssh_server import SshServer

pytestmark = pytest.mark.engine

PROGRAM = """
import json, os
import pulumi
from pulumi_command import local, remote

order = json.loads(os.environ["ORDER"])
connection = remote.ConnectionArgs(**order.pop("connection"))
here = local.Command("here", create="echo here", delete="echo gone > here-deleted")
there = remote.Command("there", connection=connection, add_previous_output_in_env=False,
    opts=pulumi.ResourceOptions(depends_on=[here], additional_secret_outputs=["stdout"]), **order)
pulumi.export("there", there.stdout)
"""


@pytest.fixture(autouse=True)
def _stand_in_in_use(engine: Engine) -> None:
    if engine.routes["pulumi-resource-command"] != STAND_IN_ROUTE:
        pytest.skip("the official command plugin is in use here, not the stand-in")


@pytest.fixture
def project(pulumi_project) -> PulumiCli:
    return pulumi_project(PROGRAM)


def order(server: SshServer, **command: object) -> dict[str, str]:
    connection = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "root",
        "private_key": server.private_key,
        "host_key": server.host_key,
        "dial_error_limit": 2,
        "per_dial_timeout": 5,
    }
    return {"ORDER": json.dumps({"connection": connection, **command})}


def started(
    project: PulumiCli, server: SshServer, folder: Path
) -> "tuple[subprocess.Popen[str], int]":
    """A running `pulumi up` whose remote command runs, with that command's process id."""
    proof = folder / "pid"
    wanted = order(server, create=f"echo $$ > {proof}; exec sleep 300")
    arguments = ["up", "--stack=test", "--yes", "--skip-preview", "--non-interactive"]
    running = subprocess.Popen(
        [project.pulumi, *arguments],
        cwd=project.project,
        env={**os.environ, **project.environment, **wanted},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    return running, int(_awaited(proof))


def connections(server: SshServer) -> int:
    return (server.folder / "sshd.log").read_text().count("Accepted publickey")


def test_up_again_changes_nothing_and_opens_no_connection(project, ssh_server):
    wanted = order(ssh_server, create="cat; echo warned >&2", stdin="hello")
    first = project.up(env=wanted)
    assert "offline stand-in" in first
    assert project.output("there") == "hello"
    assert connections(ssh_server) == 1

    assert "3 unchanged" in project.up(env=wanted)
    assert connections(ssh_server) == 1

    changed = order(ssh_server, create="cat; echo warned >&2", stdin="hello again")
    assert "1 updated" in project.up(env=changed)
    assert project.output("there") == "hello again"
    assert connections(ssh_server) == 2

    project.destroy()
    assert connections(ssh_server) == 2, "no delete command, no connection"
    assert (project.project / "here-deleted").read_text() == "gone\n"


def test_a_preview_opens_no_connection_and_runs_nothing(project, ssh_server, tmp_path):
    proof = tmp_path / "ran"
    project.preview(env=order(ssh_server, create=f"touch {proof}"))
    assert connections(ssh_server) == 0
    assert not proof.exists()


def test_the_key_and_a_secret_standard_input_are_in_no_output(project, ssh_server):
    wanted = order(ssh_server, create="wc -c", stdin="swordfish", logging="none")
    output = project.up(env=wanted) + project.preview("--diff", env=wanted)
    assert "BEGIN OPENSSH PRIVATE KEY" not in output
    state = project.run("stack", "export", "--stack=test")
    assert "BEGIN OPENSSH PRIVATE KEY" not in state


def test_with_logging_off_the_output_is_not_shown(project, ssh_server):
    quiet = project.up(env=order(ssh_server, create="echo mellon", logging="none"))
    assert "mellon" not in quiet
    assert project.output("there") == "mellon"


def test_a_connection_that_breaks_in_the_middle_is_named(project, ssh_server):
    """The command kills the server process of its own connection."""
    output = project.fails(
        "up",
        "--stack=test",
        "--yes",
        "--skip-preview",
        env=order(ssh_server, create="echo before; kill -9 $PPID; sleep 60"),
    )
    assert "remote command exited without exit status or exit signal" in output
    assert f"connection to 127.0.0.1:{ssh_server.port} lost" in output
    assert "before" in output


def test_interrupting_the_engine_ends_the_running_command(project, ssh_server, tmp_path):
    running, command = started(project, ssh_server, tmp_path)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    _until_gone(command)
    assert "cancelled: running" in output


def test_killing_the_engine_leaves_no_plugin_and_no_command(project, ssh_server, tmp_path):
    running, command = started(project, ssh_server, tmp_path)
    children = _children(running.pid)
    assert children
    running.kill()
    running.communicate(timeout=60)
    for each in (command, *children):
        _until_gone(each)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("environment={'A': 'b'}", "unsupported by the offline plugin: property environment"),
        ("logging='loud'", "'loud' is none of stdout, stderr, stdoutAndStderr, none"),
    ],
)
def test_what_is_not_modelled_is_refused_before_anything_runs(pulumi_project, extra, message):
    project = pulumi_project(
        "from pulumi_command import remote\n"
        "remote.Command('c', create='true', connection={'host': '127.0.0.1'}, " + extra + ")\n"
    )
    assert message in project.fails("preview", "--stack=test")


def test_a_type_that_is_not_modelled_is_refused(pulumi_project):
    project = pulumi_project(
        "import pulumi\nfrom pulumi_command import remote\n"
        "remote.CopyToRemote('c', source=pulumi.FileAsset('Pulumi.yaml'), remote_path='/x',"
        " connection={'host': '127.0.0.1'})\n"
    )
    message = "unsupported by the offline plugin: resource type command:remote:CopyToRemote"
    assert message in project.fails("preview", "--stack=test")


def _awaited(path: Path) -> str:
    deadline = time.monotonic() + 60
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.05)
    return path.read_text()


def _children(pid: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return [int(each) for each in listing.stdout.split()]


def _until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.05)
