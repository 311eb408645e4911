"""Which of the host's apt sources the image is built from."""

from pathlib import Path

from lab.image.recipe import image_version, mmdebstrap_command
from lab.image.sources import select_sources

TARGETS = (
    "Debian|http://archive.example/debian/|bookworm|main|$(SIGNED_BY)\n"
    "Debian|http://archive.example/debian/|bookworm-backports|main|$(SIGNED_BY)\n"
    "Docker|http://docker.example/|bookworm|stable|/etc/apt/keyrings/docker.asc\n"
    "Debian|http://archive.example/security/|bookworm-security|main|/usr/share/keyrings/d.gpg\n"
)


def test_only_the_distributions_own_sources_are_taken() -> None:
    assert select_sources(TARGETS, "Debian") == [
        "deb http://archive.example/debian/ bookworm main",
        "deb [signed-by=/usr/share/keyrings/d.gpg] http://archive.example/security/"
        " bookworm-security main",
    ]


def test_the_load_balancers_packages_are_not_installed_in_the_tree() -> None:
    command = mmdebstrap_command("bookworm", Path("tree"))
    include = next(word for word in command if word.startswith("--include="))
    for package in ("haproxy", "keepalived", "nginx", "curl"):
        assert package not in include


def test_the_version_tells_releases_apart() -> None:
    assert image_version("bookworm") != image_version("jammy")
    assert image_version("bookworm") == image_version("bookworm")
