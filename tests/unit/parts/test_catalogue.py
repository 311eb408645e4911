"""Pinned versions and published names."""

import platform

import pytest

from lab.parts import PartError
from lab.parts.catalogue import (
    KUBERNETES_RELEASES,
    etcd_download,
    kubernetes_download,
    pulumi_download,
    release_of,
    this_platform,
)
from lab.parts.go_build import engine_build, etcd_build, kubernetes_build


def test_arm64_takes_the_arm64_files(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    machine = this_platform()
    assert pulumi_download(machine).file_name == "pulumi-v3.256.0-linux-arm64.tar.gz"
    assert "/linux/arm64/" in kubernetes_download("kubectl", "1.34.4", machine).url
    assert etcd_download("3.6.4", machine).file_name == "etcd-v3.6.4-linux-arm64.tar.gz"


def test_another_architecture_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(PartError, match="riscv64"):
        this_platform()


def test_an_unknown_kubernetes_names_the_known_ones():
    with pytest.raises(PartError, match=r"1\.33.*\n.*1\.34"):
        release_of("1.33")


@pytest.mark.parametrize("minor", sorted(KUBERNETES_RELEASES))
def test_the_go_module_pins_the_version_of_the_catalogue(minor):
    release = release_of(minor)
    module = (kubernetes_build(minor, release.kubernetes).directory / "go.mod").read_text()
    assert f"k8s.io/kubernetes v{release.kubernetes}" in module
    etcd_module = (etcd_build().directory / "go.mod").read_text()
    assert f"go.etcd.io/etcd/server/v3 v{release.etcd}" in etcd_module


def test_the_engine_module_pins_the_version_of_the_catalogue():
    module = (engine_build("3.256.0").directory / "go.mod").read_text()
    assert "github.com/pulumi/pulumi/pkg/v3 v3.256.0" in module
