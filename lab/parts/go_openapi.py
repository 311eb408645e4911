"""Generating what the module of Kubernetes 1.21 leaves out: the OpenAPI definitions.

Releases before 1.24 do not carry `zz_generated.openapi.go`; their own build generates it. The same
generator, at the version the release pins, is built and run here on a copy of the release's source.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from lab.parts.errors import PartError
from lab.parts.go_toolchain import GoToolchain
from lab.parts.steps import Progress, run_step

_SOURCE_FOLDERS = ("cmd", "pkg", "plugin", "third_party")
_GENERATED = Path("pkg/generated/openapi/zz_generated.openapi.go")


def source_with_openapi(
    module: Path, work: Path, toolchain: GoToolchain, part: str, progress: Progress
) -> None:
    """Fill `work` with a module that builds: the pins of `module`, and Kubernetes with definitions.

    `module/tools.go` names the packages whose definitions are needed. Raises `PartError`.
    """
    for name in ("go.mod", "go.sum", "tools.go"):
        shutil.copy(module / name, work / name)
    _copy_release(work, toolchain, part)
    go = str(toolchain.go)

    def step(command: list[str], what: str) -> None:
        run_step(
            part,
            ["nice", "-n", "10", *command],
            what=what,
            fix="see the log; then run the same command again",
            progress=progress,
            cwd=work,
            environment={
                "PATH": f"{toolchain.go.parent}:{os.environ['PATH']}",
                **toolchain.environment,
            },
        )

    step([go, "mod", "edit", "-replace=k8s.io/kubernetes=./kubernetes"], "pointing at the copy")
    generator = "k8s.io/kube-openapi/cmd/openapi-gen"
    step([go, "build", "-trimpath", "-o", "openapi-gen", generator], "building openapi-gen")
    packages = re.findall(r'_ "(k8s\.io/[^"]+)"', (work / "tools.go").read_text())
    (work / "header.txt").touch()
    command = [str(work / "openapi-gen"), "-i", ",".join(packages), "-p", "definitions/openapi"]
    command += ["-O", _GENERATED.stem, "-o", "generated", "-h", "header.txt", "-r", "violations"]
    step(command, f"generating the OpenAPI definitions of {len(packages)} packages (20-60 s)")
    generated = work / "generated/definitions/openapi" / _GENERATED.name
    shutil.copy(generated, work / "kubernetes" / _GENERATED)


def _copy_release(work: Path, toolchain: GoToolchain, part: str) -> None:
    """Copy the release's source, verified against go.sum, out of the read-only module cache."""
    command = [str(toolchain.go), "mod", "download", "-json", "k8s.io/kubernetes"]
    answer = subprocess.run(
        command,
        cwd=work,
        env={**os.environ, **toolchain.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise PartError(
            part,
            f"the source of Kubernetes could not be downloaded: {answer.stderr or answer.stdout}",
            command=shlex.join(command),
            fix="let Go reach a module proxy (go env GOPROXY)",
        )
    release, copy = Path(json.loads(answer.stdout)["Dir"]), work / "kubernetes"
    copy.mkdir()
    shutil.copyfile(release / "go.mod", copy / "go.mod")
    for name in _SOURCE_FOLDERS:
        _copy_writable(release / name, copy / name)


def _copy_writable(source: Path, target: Path) -> None:
    target.mkdir()
    for path in source.iterdir():
        if path.is_dir():
            if path.name != "testdata":
                _copy_writable(path, target / path.name)
        elif not path.name.endswith("_test.go"):
            shutil.copyfile(path, target / path.name)
