"""Runs last: `pulumi destroy` leaves nothing of the machines."""

import json
import subprocess

from lab.fabric.namespaces import exists
from lab.hosts import LOAD_BALANCERS
from tests.lab.proofs.stack import StackUnderTest


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
    finally:
        stack.up()
    stack.settle()
