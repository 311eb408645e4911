"""Builds the machine image once per recipe and keeps it in the user's cache."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.image.recipe import image_version, mmdebstrap_command
from lab.image.sources import distribution_codename, distribution_sources

Progress = Callable[[str], None]


class ImageError(RuntimeError):
    """The machine image could not be built; the message names the log."""


def cache_directory() -> Path:
    """Where images live: outside the checkout, so that a second clone finds them."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "k8s-ha-lb" / "image"


def ensure_image(progress: Progress, log: Path | None = None) -> Path:
    """The directory of the image's tree; builds it when this recipe was never built.

    Safe when several processes ask at once: one builds, the others wait. A tree appears in one
    rename, so a directory that exists is complete. Needs root and the packages of
    `lab.parts.system_packages`. Raises ImageError.
    """
    codename = distribution_codename()
    version = image_version(codename)
    cache = cache_directory()
    tree = cache / version
    if tree.is_dir():
        return tree
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "lock", progress):
        if tree.is_dir():
            return tree
        _remove_unfinished(cache)
        _build(codename, tree, log or cache / f"{version}.log", progress)
    return tree


def _build(codename: str, tree: Path, log: Path, progress: Progress) -> None:
    unfinished = tree.with_name(f"{tree.name}.unfinished")
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    progress(f"building machine image {tree.name} (log: {log})")
    with log.open("w") as output:
        finished = subprocess.run(
            mmdebstrap_command(codename, unfinished),
            input=distribution_sources(),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if finished.returncode != 0:
        raise ImageError(f"mmdebstrap failed with status {finished.returncode}; its log is {log}")
    # Services inside machines run as other users: the tree's root must be open to them.
    unfinished.chmod(0o755)
    unfinished.rename(tree)
    progress(f"machine image built in {time.monotonic() - started:.0f} s")


@contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another process that builds the machine image")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_unfinished(cache: Path) -> None:
    for leftover in cache.glob("*.unfinished"):
        shutil.rmtree(leftover)
