"""The distribution's own package sources, as this host has them configured."""

import platform
import subprocess

_FIELDS = "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)"
_ORIGINS = {"debian": "Debian", "ubuntu": "Ubuntu"}


class SourcesError(RuntimeError):
    """This host's apt has no usable sources of its own distribution."""


def distribution_codename() -> str:
    """`bookworm`, `jammy`, ...: the release of this host, which the image shares.

    Raises SourcesError on a host that is neither Debian nor Ubuntu.
    """
    release = platform.freedesktop_os_release()
    if release["ID"] not in _ORIGINS or "VERSION_CODENAME" not in release:
        raise SourcesError(
            f"/etc/os-release says ID={release['ID']}: the machine image is built on a released"
            " Debian or Ubuntu; run the lab on one of them"
        )
    return release["VERSION_CODENAME"]


def distribution_sources() -> str:
    """`deb` lines for every source of the distribution itself, without third-party repositories.

    apt says which is which by the signed Release file of each source, so the package lists are
    fetched first when this host never did. Raises SourcesError.
    """
    origin = _ORIGINS[platform.freedesktop_os_release()["ID"]]
    lines = select_sources(_index_targets(), origin)
    if not lines:
        subprocess.run(["apt-get", "update"], check=True, stdout=subprocess.DEVNULL)
        lines = select_sources(_index_targets(), origin)
    if not lines:
        raise SourcesError(
            f"apt has no source whose origin is {origin}: add the distribution's archive to"
            " /etc/apt and run apt-get update"
        )
    return "".join(f"{line}\n" for line in lines)


def select_sources(targets: str, origin: str) -> list[str]:
    """`deb` lines of the index targets that the distribution signed, in apt's order."""
    lines: list[str] = []
    for target in targets.splitlines():
        source_origin, uri, suite, component, signed_by = target.split("|")
        if source_origin != origin or suite.endswith("-backports"):
            continue
        # apt prints the field's name when the source has no such option.
        option = "" if signed_by.startswith("$(") else f"[signed-by={signed_by}] "
        lines.append(f"deb {option}{uri} {suite} {component}")
    return lines


def _index_targets() -> str:
    return subprocess.run(
        ["apt-get", "indextargets", "--format", _FIELDS, "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
