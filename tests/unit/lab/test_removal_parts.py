"""What `down` looks for, on made-up file systems."""

from pathlib import Path

from lab.removal.cgroups import cgroups_of
from lab.removal.mounts import mounts_below
from lab.state import Lab

MOUNTINFO = """\
22 1 0:20 / / rw - ext4 /dev/vda rw
90 22 0:50 / {folder}/machines/demo-lb1/root rw - overlay overlay rw
91 90 0:51 / {folder}/machines/demo-lb1/root/proc rw - proc proc rw
92 22 0:52 / {folder}2/machines/demo2-lb1/root rw - overlay overlay rw
93 22 0:53 / {folder}/with\\040space rw - tmpfs tmpfs rw
"""


def test_mounts_of_this_lab_alone_are_found_and_the_deepest_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    found = mounts_below(folder, MOUNTINFO.format(folder=folder))
    assert found == [
        folder / "with space",
        folder / "machines/demo-lb1/root/proc",
        folder / "machines/demo-lb1/root",
    ]


def test_cgroups_are_found_in_one_hierarchy_and_in_several(tmp_path: Path) -> None:
    lab = Lab.named("demo")
    for path in (
        "k8s-ha-lb-demo-lb1/machine",
        "unified/k8s-ha-lb-demo-lb2/supervisor",
        "systemd/k8s-ha-lb-demo-lb2",
        "systemd/k8s-ha-lb-demo2-lb2",
        "memory/somebody",
    ):
        (tmp_path / path).mkdir(parents=True)
    assert [str(p.relative_to(tmp_path)) for p in cgroups_of(lab, tmp_path)] == [
        "k8s-ha-lb-demo-lb1",
        "systemd/k8s-ha-lb-demo-lb2",
        "unified/k8s-ha-lb-demo-lb2",
    ]
