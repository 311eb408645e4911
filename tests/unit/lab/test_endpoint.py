"""The endpoint of a lab, from its stack file, and what `up` says of it."""

from pathlib import Path

import pytest
import yaml

from lab.drill.target import DrillTarget
from lab.endpoint import load_balancer_of
from lab.hosts import APISERVER_PORT, ipv4, ipv6
from lab.stack_file import stack_file
from lab.state import Lab
from lab.status import held_by
from tests.unit.models import CA


@pytest.mark.parametrize("name", ["lab", "demo"])
def test_every_labs_stack_file_makes_the_same_endpoint(name: str, tmp_path: Path) -> None:
    lab = Lab.named(name, under=tmp_path / ".lab")
    lab.pki.mkdir(parents=True)
    (lab.pki / "ca.crt").write_text(CA)
    settings = yaml.safe_load(stack_file(lab).read_text())
    target = DrillTarget(lab=lab, load_balancer=load_balancer_of(settings, tmp_path))
    assert [vip.address for vip in target.load_balancer.vips] == [ipv4("vip"), ipv6("vip")]
    assert [x.port for x in target.load_balancer.listeners] == [APISERVER_PORT]
    assert target.expected_holder == "lb1"


def test_the_expected_holder_alone_is_named_without_a_remark() -> None:
    assert held_by(["lb1"], "lb1") == "lb1"


@pytest.mark.parametrize(
    ("holders", "held"), [(["lb2"], "lb2"), (["lb1", "lb2"], "lb1, lb2"), ([], "nobody")]
)
def test_any_other_state_of_the_vips_is_said(holders: list[str], held: str) -> None:
    assert f"{held}, not by lb1 as expected" in held_by(holders, "lb1")
