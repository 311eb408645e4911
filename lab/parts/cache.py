"""The cache of parts: per version, outside the checkout, whole or absent."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

STAMP = "stamp.json"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """How a cached folder came to be."""

    route: str
    source: str


def cache_directory() -> Path:
    """`${XDG_CACHE_HOME:-~/.cache}/k8s-ha-lb`, made when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    directory = Path(base) / "k8s-ha-lb"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def log_file(step: str) -> Path:
    directory = cache_directory() / "log"
    directory.mkdir(exist_ok=True)
    return directory / f"{step}.log"


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Held by one process at a time; the kernel releases it when its holder dies."""
    directory = cache_directory() / "locks"
    directory.mkdir(exist_ok=True)
    with FileLock(directory / f"{name}.lock"):
        yield


def cached(key: str) -> tuple[Path, Stamp] | None:
    """The folder kept under `key` (such as `pulumi/v3.256.0-linux-x64`), when it is complete."""
    folder = cache_directory() / key
    try:
        return folder, Stamp(**json.loads((folder / STAMP).read_text()))
    except FileNotFoundError:
        return None


def fill(key: str, stamp: Stamp, make: Callable[[Path], None]) -> Path:
    """Call `make` with an empty folder and keep the result under `key`, all of it or nothing.

    The caller holds `lock` for the key.
    """
    target = cache_directory() / key
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left_over)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        staging.chmod(0o755)
        make(staging)
        (staging / STAMP).write_text(json.dumps(asdict(stamp), indent=2) + "\n")
        if target.exists():
            shutil.rmtree(target)
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return target
