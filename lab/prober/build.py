"""Compiles the prober once per source and compiler, into the cache outside the checkout."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from lab.parts import cache
from lab.parts.errors import PartError

SOURCES = Path(__file__).parent
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror")
LIBRARIES = ("-lssl", "-lcrypto")
FIX = "apt-get install gcc libc6-dev libssl-dev (OpenSSL 3)"


def ensure_prober() -> Path:
    """The compiled prober, built when the cache does not have it.

    The cache key covers sources, flags and the compiler's version. Two processes may call this at
    once: one builds, the other waits, and the file appears whole or not at all.
    Raises PartError when there is no C compiler, no OpenSSL 3 header, or the build fails.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise PartError("prober", "no C compiler (cc) on PATH", fix=FIX)
    key = f"prober/{_content_key(compiler)}"
    found = cache.cached(key)
    if found is None:
        with cache.lock("prober"):
            found = cache.cached(key)
            if found is None:
                stamp = cache.Stamp(route="compiled", source="lab/prober")
                return cache.fill(key, stamp, lambda folder: _build(compiler, folder)) / "prober"
    return found[0] / "prober"


def _content_key(compiler: str) -> str:
    version = subprocess.run([compiler, "--version"], capture_output=True, check=True).stdout
    digest = hashlib.sha256(version + " ".join(FLAGS + LIBRARIES).encode())
    for source in sorted(SOURCES.glob("*.[ch]")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _build(compiler: str, folder: Path) -> None:
    sources = [str(source) for source in sorted(SOURCES.glob("*.c"))]
    command = [compiler, *FLAGS, "-o", str(folder / "prober"), *sources, *LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        log = cache.log_file("prober")
        log.write_text(done.stderr)
        raise PartError("prober", "does not compile", command=" ".join(command), log=log, fix=FIX)
