"""Runs last: `pulumi destroy` leaves nothing of the machines."""

import json
import subprocess
from pathlib import Path

import pytest

from lab.fabric.namespaces import exists
from lab.hosts import LOAD_BALANCERS
from tests.lab.proofs.conftest import ENGINES
from tests.lab.proofs.stack import StackUnderTest


def cgroups_of(machine: str) -> list[Path]:
    """Control groups of a machine, which hold all its processes."""
    return list(Path("/sys/fs/cgroup").glob(f"**/k8s-ha-lb-{machine}"))


@pytest.mark.parametrize("engine", ENGINES[-1:], indirect=True, ids=str)
def test_destroy_leaves_no_machine_and_up_makes_them_again(stack: StackUnderTest) -> None:
    lab = stack.lab
    stack.destroy()
    try:
        assert [node for node in LOAD_BALANCERS if exists(lab, node)] == []
        assert not any(lab.machines.iterdir())
        mounts = json.loads(
            subprocess.run(
                ["findmnt", "--json", "--list", "--output", "TARGET"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        left = [m for m in mounts["filesystems"] if m["target"].startswith(f"{lab.machines}/")]
        assert left == []
        assert [p for node in LOAD_BALANCERS for p in cgroups_of(f"{lab.name}-{node}")] == []
    finally:
        stack.up()
    stack.settle()
