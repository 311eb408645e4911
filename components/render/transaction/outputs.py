"""What a transaction prints on its standard output, read back."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """What a host holds after a transaction that succeeded."""

    release: str
    files: Mapping[str, str]
    """sha256 of every managed file, by its path inside the release."""
    packages: Mapping[str, str]
    """Effective version of every package the transaction needs."""


def parse_outputs(stdout: str) -> HostFacts:
    """Facts from the `release=`, `sha256 PATH=` and `package NAME=` lines.

    Raises ValueError for anything else: standard output carries facts alone.
    """
    release = ""
    files: dict[str, str] = {}
    packages: dict[str, str] = {}
    for line in stdout.splitlines():
        key, separator, value = line.rpartition("=")
        kind, _, name = key.partition(" ")
        if separator and key == "release":
            release = value
        elif separator and kind == "sha256" and name:
            files[name] = value
        elif separator and kind == "package" and name:
            packages[name] = value
        else:
            raise ValueError(f"a transaction printed {line!r}, which is no fact about a host")
    if not release:
        raise ValueError("a transaction printed no release line: it did not complete")
    return HostFacts(release=release, files=files, packages=packages)


def parse_secrets_reference(stdout: str) -> str:
    """The reference from the `secrets=` line; raises ValueError when there is none."""
    key, _, reference = stdout.strip().partition("=")
    if key != "secrets" or not reference.isalnum():
        raise ValueError("the secrets transaction printed no reference: it did not complete")
    return reference
