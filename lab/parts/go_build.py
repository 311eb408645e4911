"""The closed-network route: real parts, built from the pinned Go modules in `lab/parts/go`."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.parts.cache import lock
from lab.parts.go_openapi import source_with_openapi
from lab.parts.go_toolchain import ensure_go
from lab.parts.steps import Progress, run_step

MODULES = Path(__file__).parent / "go"
ROUTE = "built from pinned Go modules (closed network)"
ETCD_MODULE = "kubernetes-1.34"
_OPENAPI_SINCE = (1, 24)
"""From this release on the module carries its OpenAPI definitions, and no cloud providers."""
FIX = (
    "let Go reach a module proxy (go env GOPROXY), free 6 GB of disk, then run the same command"
    " again: what is built so far is kept"
)


@dataclass(frozen=True, kw_only=True)
class GoBuild:
    """Binaries of one pinned module: file name -> main package."""

    module: str
    packages: Mapping[str, str]
    version_variables: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: str = ""
    generates_openapi: bool = False
    """The release does not carry its OpenAPI definitions: see go_openapi.py."""
    about: str

    @property
    def directory(self) -> Path:
        return MODULES / self.module

    @property
    def content_hash(self) -> str:
        """Changes with every pinned version."""
        digest = hashlib.sha256()
        for name in ("go.mod", "go.sum", *(["tools.go"] if self.generates_openapi else [])):
            digest.update((self.directory / name).read_bytes())
        digest.update(repr(sorted(self.version_variables.items())).encode())
        return digest.hexdigest()[:12]

    def build(self, part: str, target: Path, progress: Progress) -> None:
        """Build every binary into `target`; minutes of two cores; `PartError` when a step fails.

        Only one build runs at a time on a machine, at low priority: two would double the memory and
        finish no sooner.
        """
        toolchain = ensure_go(progress)
        link = " ".join(["-s", "-w", *(f"-X {k}={v}" for k, v in self.version_variables.items())])
        flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", f"-ldflags={link}"]
        flags += [f"-tags={self.tags}"] if self.tags else []
        with lock("go-build"), TemporaryDirectory(dir=target) as work:
            source = self.directory
            if self.generates_openapi:
                source = Path(work)
                source_with_openapi(self.directory, source, toolchain, part, progress)
            for name, package in self.packages.items():
                command = ["nice", "-n", "10", str(toolchain.go), "build", *flags]
                run_step(
                    part,
                    [*command, "-o", str(target / name), package],
                    what=f"building {name} from source ({self.about})",
                    fix=FIX,
                    progress=progress,
                    cwd=source,
                    environment=toolchain.environment,
                )
            if toolchain.owned_build_cache:
                shutil.rmtree(toolchain.owned_build_cache / "cache", ignore_errors=True)


def engine_build(version: str) -> GoBuild:
    return GoBuild(
        module="engine",
        packages={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
        version_variables={
            "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": f"v{version}"
        },
        about="about 5 minutes on 2 cores, once per version",
    )


def kubernetes_build(minor: str, version: str) -> GoBuild:
    major_number, minor_number = minor.split(".")
    values = {
        "gitVersion": f"v{version}",
        "gitMajor": major_number,
        "gitMinor": minor_number,
        "gitTreeState": "clean",
        "gitCommit": "go-module",
        "buildDate": "1970-01-01T00:00:00Z",
    }
    names = ("kube-apiserver", "kubectl", "kube-controller-manager")
    return GoBuild(
        module=f"kubernetes-{minor}",
        packages={name: f"k8s.io/kubernetes/cmd/{name}" for name in names},
        version_variables={
            f"{package}.{key}": value
            for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
            for key, value in values.items()
        },
        tags="" if (int(major_number), int(minor_number)) >= _OPENAPI_SINCE else "providerless",
        generates_openapi=(int(major_number), int(minor_number)) < _OPENAPI_SINCE,
        about="about 6 minutes on 2 cores for the three, once per version",
    )


def etcd_build() -> GoBuild:
    """One etcd for every Kubernetes release; it shares compiled packages with the newest."""
    return GoBuild(
        module=ETCD_MODULE,
        packages={"etcd": "go.etcd.io/etcd/server/v3"},
        about="under a minute",
    )
