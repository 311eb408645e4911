"""Kubernetes and etcd binaries: PATH, cache, official download, or built from source."""

import re
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.parts import catalogue, go_build
from lab.parts.cache import Stamp, cached, fill, lock
from lab.parts.network import Network, RefusedError
from lab.parts.steps import Progress, first_line_of

DOWNLOAD_ROUTE = "official download"


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where a binary is and how it got there."""

    path: Path
    version: str
    route: str


def version_on_path(binary: str) -> tuple[Path, str] | None:
    """The binary on PATH with its version (no leading v), or None."""
    found = shutil.which(binary)
    if found is None:
        return None
    command = [found, "version", "--client"] if binary == "kubectl" else [found, "--version"]
    match = re.search(r"(\d+\.\d+\.\d+)", first_line_of(command))
    return (Path(found), match[1]) if match else None


def from_path(binary: str, version: str) -> Found | None:
    """The binary on PATH when it has exactly the wanted version."""
    found = version_on_path(binary)
    if found is None or found[1] != version:
        return None
    return Found(path=found[0], version=version, route="already on PATH")


@dataclass(frozen=True, kw_only=True)
class BinarySet:
    """Binaries of one version that are published together and built together."""

    name: str
    version: str
    binaries: tuple[str, ...]
    build: go_build.GoBuild

    def keys(self, machine: catalogue.Platform) -> Mapping[str, str]:
        """Cache keys, by the route that fills them; a download is preferred."""
        base = f"{self.name}/v{self.version}-linux-{machine.go}"
        return {
            DOWNLOAD_ROUTE: base,
            go_build.ROUTE: f"{base}-{self.build.content_hash}",
        }

    def present(self, machine: catalogue.Platform) -> dict[str, Found]:
        """What needs no work: on PATH with the exact version, or in the cache."""
        found = {b: hit for b in self.binaries if (hit := from_path(b, self.version))}
        for key in self.keys(machine).values():
            hit = cached(key)
            if hit is None:
                continue
            for binary in self.binaries:
                path = hit[0] / binary
                found.setdefault(binary, Found(path=path, version=self.version, route=hit[1].route))
        return found

    def ensure(
        self, machine: catalogue.Platform, network: Network, progress: Progress
    ) -> dict[str, Found]:
        """Every binary, by the first route that has it; `PartError` when none does."""
        found = self.present(machine)
        if all(binary in found for binary in self.binaries):
            return found
        with lock(f"{self.name}-{self.version}"):
            found = self.present(machine)
            missing = tuple(binary for binary in self.binaries if binary not in found)
            if missing:
                keys = self.keys(machine)
                try:
                    self._download(keys[DOWNLOAD_ROUTE], machine, network, progress)
                except RefusedError as refused:
                    progress(f"{self.name} v{self.version}: no official download ({refused})")
                    self._build(keys[go_build.ROUTE], progress)
                found = self.present(machine)
        return found

    def published(self, binary: str, machine: catalogue.Platform) -> catalogue.Download:
        """Where the publisher keeps the binary, or the archive that holds it."""
        if self.name == "etcd":
            return catalogue.etcd_download(self.version, machine)
        return catalogue.kubernetes_download(binary, self.version, machine)

    def _download(
        self, key: str, machine: catalogue.Platform, network: Network, progress: Progress
    ) -> None:
        def make(folder: Path) -> None:
            for binary in self.binaries:
                published, target = self.published(binary, machine), folder / binary
                if published.file_name.endswith(".tar.gz"):
                    archive = folder / published.file_name
                    network.fetch(binary, published, archive)
                    _take_member(archive, binary, target)
                    archive.unlink()
                else:
                    network.fetch(binary, published, target)
                target.chmod(0o755)
                progress(f"{binary} v{self.version}: downloaded and checked")

        fill(key, Stamp(route=DOWNLOAD_ROUTE, source=self.name), make)

    def _build(self, key: str, progress: Progress) -> None:
        stamp = Stamp(route=go_build.ROUTE, source=f"lab/parts/go/{self.build.module}")
        fill(key, stamp, lambda folder: self.build.build(self.name, folder, progress))


def binary_sets(kubernetes: str) -> tuple[BinarySet, BinarySet]:
    """The Kubernetes and the etcd binaries of one minor release, such as `1.34`."""
    release = catalogue.release_of(kubernetes)
    return (
        BinarySet(
            name="kubernetes",
            version=release.kubernetes,
            binaries=catalogue.KUBERNETES_BINARIES,
            build=go_build.kubernetes_build(kubernetes, release.kubernetes),
        ),
        BinarySet(
            name="etcd",
            version=release.etcd,
            binaries=("etcd",),
            build=go_build.etcd_build(),
        ),
    )


def _take_member(archive: Path, name: str, target: Path) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and Path(member.name).name == name:
                source = tar.extractfile(member)
                assert source is not None  # noqa: S101 - isfile() says so
                with source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
                return
    raise RefusedError(f"{archive.name} holds no {name}")
