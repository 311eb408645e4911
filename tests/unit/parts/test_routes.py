"""Which route a part takes: PATH, cache, official download, built from source."""

import hashlib
import io
import tarfile
from pathlib import Path

import httpx
import pytest

from lab.parts import catalogue, engine, go_build, stand_in_home
from lab.parts.binaries import DOWNLOAD_ROUTE, BinarySet, binary_sets
from lab.parts.cache import cache_directory
from lab.parts.catalogue import Platform
from lab.parts.network import Network

MACHINE = Platform("linux-x64", "amd64")
ARM = Platform("linux-arm64", "arm64")


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "operators-home"))
    monkeypatch.setattr(stand_in_home, "HOME", tmp_path / "pulumi-home")
    monkeypatch.setattr(catalogue, "this_platform", lambda: MACHINE)
    (tmp_path / "bin").mkdir()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces the compiler: records what would be built."""
    record: list[str] = []

    def build(self: go_build.GoBuild, part: str, target: Path, progress: object) -> None:
        record.extend(self.packages)
        for name in self.packages:
            (target / name).write_text("built")

    monkeypatch.setattr(go_build.GoBuild, "build", build)
    return record


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def closed() -> Network:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known")

    return Network(transport=httpx.MockTransport(refuse))


def serving(files: dict[str, bytes]) -> Network:
    def answer(request: httpx.Request) -> httpx.Response:
        content = files.get(str(request.url))
        return httpx.Response(404) if content is None else httpx.Response(200, content=content)

    return Network(transport=httpx.MockTransport(answer))


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def archive(folder: str, names: tuple[str, ...]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mode = len(name), 0o755
            tar.addfile(member, io.BytesIO(name.encode()))
    return buffer.getvalue()


def kubernetes() -> BinarySet:
    return binary_sets("1.34")[0]


def etcd() -> BinarySet:
    return binary_sets("1.34")[1]


def quiet(_: str) -> None: ...


def test_binaries_of_the_exact_version_on_path_are_used_as_they_are(tmp_path, built):
    program(tmp_path, "kubectl", "Client Version: v1.34.4")
    program(tmp_path, "kube-apiserver", "Kubernetes v1.34.4")
    program(tmp_path, "kube-controller-manager", "Kubernetes v1.34.4")
    found = kubernetes().ensure(MACHINE, closed(), quiet)
    assert {each.route for each in found.values()} == {"already on PATH"}
    assert built == []


def test_a_binary_of_another_version_on_path_is_not_used(tmp_path, built):
    program(tmp_path, "etcd", "etcd Version: 3.4.23")
    found = etcd().ensure(MACHINE, closed(), quiet)
    assert found["etcd"].route == go_build.ROUTE
    assert built == ["etcd"]


def test_a_reachable_publisher_is_preferred_to_building(built):
    files: dict[str, bytes] = {}
    for name in catalogue.KUBERNETES_BINARIES:
        published = catalogue.kubernetes_download(name, "1.34.4", MACHINE)
        files |= {published.url: name.encode(), published.checksum_url: digest(name.encode())}
    found = kubernetes().ensure(MACHINE, serving(files), quiet)
    assert {each.route for each in found.values()} == {DOWNLOAD_ROUTE}
    assert found["kubectl"].path.read_bytes() == b"kubectl"
    assert built == []


def test_the_second_time_everything_comes_from_the_cache(built):
    first = kubernetes().ensure(MACHINE, closed(), quiet)
    built.clear()
    assert kubernetes().ensure(MACHINE, closed(), quiet) == first
    assert built == []


def test_changed_pins_are_built_again(built, monkeypatch):
    etcd().ensure(MACHINE, closed(), quiet)
    monkeypatch.setattr(go_build.GoBuild, "content_hash", "of-other-pins")
    etcd().ensure(MACHINE, closed(), quiet)
    assert built == ["etcd", "etcd"]


def test_an_interrupted_build_leaves_nothing_that_looks_complete(monkeypatch, built):
    def interrupted(self: object, part: str, target: Path, progress: object) -> None:
        (target / "etcd").write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(go_build.GoBuild, "build", interrupted)
        with pytest.raises(KeyboardInterrupt):
            etcd().ensure(MACHINE, closed(), quiet)
    assert etcd().present(MACHINE) == {}
    assert etcd().ensure(MACHINE, closed(), quiet)["etcd"].path.read_text() == "built"


def test_etcd_is_taken_out_of_its_archive(built):
    published = catalogue.etcd_download(etcd().version, ARM)
    content = archive("etcd-v3-linux-arm64", ("README.md", "etcdctl", "etcd"))
    sums = digest(content) + b"  " + published.file_name.encode()
    found = etcd().ensure(
        ARM, serving({published.url: content, published.checksum_url: sums}), quiet
    )
    assert found["etcd"].path.read_bytes() == b"etcd"
    assert built == []


def test_a_new_enough_pulumi_on_path_is_used_with_its_own_language_host(tmp_path, built):
    program(tmp_path, "pulumi-language-python", "")
    pulumi = program(tmp_path, "pulumi", "v3.200.1")
    found = engine.ensure_engine(closed(), quiet)
    assert found.pulumi == pulumi
    assert found.routes["pulumi-language-python"] == "already on PATH"
    assert built == []


@pytest.mark.parametrize("version", ["v3.199.0", "nonsense"])
def test_an_old_pulumi_on_path_is_passed_over(tmp_path, built, version):
    program(tmp_path, "pulumi-language-python", "")
    program(tmp_path, "pulumi", version)
    assert engine.ensure_engine(closed(), quiet).routes["pulumi"] == go_build.ROUTE
    assert built == ["pulumi"]


def test_a_pulumi_on_path_without_a_language_host_is_passed_over(tmp_path, built):
    program(tmp_path, "pulumi", "v3.256.0")
    assert engine.ensure_engine(closed(), quiet).routes["pulumi"] == go_build.ROUTE


def test_the_official_engine_is_taken_whole_when_it_can_be_had(built):
    published = catalogue.pulumi_download(MACHINE)
    content = archive("pulumi", ("pulumi", "pulumi-language-python"))
    sums = digest(content) + b"  " + published.file_name.encode()
    files = {published.url: content, published.checksum_url: sums}
    found = engine.ensure_engine(serving(files), quiet)
    assert found.routes["pulumi"] == DOWNLOAD_ROUTE
    assert found.pulumi.with_name("pulumi-language-python").exists()
    assert built == []


def test_a_built_engine_gives_way_to_the_official_one_once_that_can_be_had(built):
    assert engine.ensure_engine(closed(), quiet).routes["pulumi"] == go_build.ROUTE
    (cache_directory() / "closed-hosts.json").unlink()
    published = catalogue.pulumi_download(MACHINE)
    content = archive("pulumi", ("pulumi", "pulumi-language-python"))
    sums = digest(content) + b"  " + published.file_name.encode()
    files = {published.url: content, published.checksum_url: sums}
    assert engine.ensure_engine(serving(files), quiet).routes["pulumi"] == DOWNLOAD_ROUTE


def test_a_built_engine_has_the_stand_in_language_host_beside_it(built):
    found = engine.ensure_engine(closed(), quiet)
    host = found.pulumi.with_name("pulumi-language-python")
    assert "lab.stand_ins.pulumi_language_python" in host.read_text()
    assert "stand-in" in found.routes["pulumi-language-python"]


def test_the_official_plugin_in_the_operators_home_is_used(tmp_path, built):
    folder = tmp_path / "operators-home" / "plugins" / engine.PLUGIN
    folder.mkdir(parents=True)
    (folder / "pulumi-resource-command").touch()
    found = engine.ensure_engine(closed(), quiet)
    assert found.routes["pulumi-resource-command"] == "official, installed"
    assert found.environment == {}


def test_the_plugin_stand_in_lives_in_a_private_home_and_says_so(built):
    said: list[str] = []
    found = engine.ensure_engine(closed(), said.append)
    assert found.environment["PULUMI_HOME"] == str(stand_in_home.HOME)
    assert (stand_in_home.HOME / "plugins" / engine.PLUGIN / "pulumi-resource-command").exists()
    assert any("stand-in" in line for line in said)
