"""Debian packages: installed only when missing, and no service is started."""

from pathlib import Path

import pytest

from lab.parts import PartError, system_packages
from lab.parts.steps import quiet


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Records what would run, with what policy-rc.d said at that moment."""
    record: list[list[str]] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(system_packages, "POLICY_RC_D", tmp_path / "policy-rc.d")
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system_packages.shutil, "which", lambda name: f"/usr/bin/{name}")

    def run(part: str, command: list[str], **_: object) -> None:
        policy = system_packages.POLICY_RC_D
        record.append([*command, f"policy={policy.read_text() if policy.exists() else ''}"])

    monkeypatch.setattr(system_packages, "run_step", run)
    return record


def lacking(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    monkeypatch.setattr(system_packages, "missing_packages", lambda: list(packages))


def test_nothing_runs_when_everything_is_installed(monkeypatch, commands):
    lacking(monkeypatch)
    assert system_packages.ensure_system_packages() == []
    assert commands == []


def test_only_what_is_missing_is_installed_while_services_are_held(monkeypatch, commands):
    lacking(monkeypatch, "haproxy", "gcc")
    assert system_packages.ensure_system_packages() == ["haproxy", "gcc"]
    install = next(each for each in commands if "install" in each)
    assert install[-3:-1] == ["haproxy", "gcc"]
    assert "exit 101" in install[-1]
    assert not system_packages.POLICY_RC_D.exists()
    assert commands[-1][:3] == ["systemctl", "disable", "haproxy"]


@pytest.mark.parametrize("packages", [("gcc",), ()])
def test_the_operators_policy_stays(monkeypatch, commands, packages):
    system_packages.POLICY_RC_D.write_text("#!/bin/sh\nexit 0\n")
    lacking(monkeypatch, *packages)
    system_packages.ensure_system_packages()
    assert system_packages.POLICY_RC_D.read_text() == "#!/bin/sh\nexit 0\n"


def test_a_policy_left_by_an_interrupted_run_is_removed(monkeypatch, commands):
    lacking(monkeypatch, "gcc")
    with system_packages._no_service_started(quiet):
        left = system_packages.POLICY_RC_D.read_text()
    system_packages.POLICY_RC_D.write_text(left)
    system_packages.ensure_system_packages()
    assert not system_packages.POLICY_RC_D.exists()


def test_a_policy_left_after_the_last_package_was_installed_is_removed_by_the_next_run(
    monkeypatch, commands
):
    with system_packages._no_service_started(quiet):
        left = system_packages.POLICY_RC_D.read_text()
    system_packages.POLICY_RC_D.write_text(left)
    lacking(monkeypatch)
    assert system_packages.ensure_system_packages() == []
    assert not system_packages.POLICY_RC_D.exists()
    assert commands == []


def test_without_root_the_command_to_run_is_named(monkeypatch, commands):
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)
    lacking(monkeypatch, "mmdebstrap")
    with pytest.raises(PartError, match="apt-get install --no-install-recommends mmdebstrap"):
        system_packages.ensure_system_packages()
    assert commands == []
