"""A real engine for tests, and projects that leave nothing behind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.parts import Engine, PartError, ensure_engine
from tests.engine.pulumi_cli import PulumiCli, write_project
from tests.engine.ssh_server import SshServer, missing_for_ssh_server, start_ssh_server


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The Pulumi engine by whatever route this machine has; skips, with the reason, without one."""
    try:
        return ensure_engine()
    except PartError as problem:
        pytest.skip(f"no Pulumi engine: {problem}")


@pytest.fixture
def pulumi_project(engine: Engine, tmp_path: Path) -> Callable[..., PulumiCli]:
    """Make a project in `tmp_path` with a stack: `pulumi_project(program, name="tryout")`."""

    def make(program: str, *, name: str = "tryout") -> PulumiCli:
        return project_in(tmp_path, engine, program, name=name)

    return make


def project_in(folder: Path, engine: Engine, program: str, *, name: str) -> PulumiCli:
    """A project below `folder` with a stack, its state beside it."""
    backend = folder / "state"
    backend.mkdir(exist_ok=True)
    write_project(folder / name, name=name, program=program)
    cli = PulumiCli(
        pulumi=engine.pulumi,
        project=folder / name,
        environment={
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "of the test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **engine.environment,
        },
    )
    cli.init()
    return cli


@pytest.fixture
def ssh_server(tmp_path: Path) -> Iterator[SshServer]:
    """A real sshd on loopback."""
    reason = missing_for_ssh_server()
    if reason:
        pytest.skip(reason)
    server = start_ssh_server(tmp_path / "sshd")
    yield server
    server.stop()
