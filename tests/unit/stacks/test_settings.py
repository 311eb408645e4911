"""Settings: profiles fill in, own values win, errors name the setting and the way out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.model.health_check import HealthCheckKind
from components.model.profile import PROFILES, ProfileName
from stacks.errors import SettingsError
from stacks.settings import parse_settings
from tests.unit.stacks.raw_settings import raw


@pytest.mark.parametrize("name", list(ProfileName))
def test_a_profile_fills_in_every_timer_that_is_left_out(name: ProfileName) -> None:
    settings = parse_settings(raw(lambda r: r["controlPlane"].update(profile=name.value)), Path())
    profile = PROFILES[name]
    check = settings.control_plane.health_check
    assert check is not None
    assert settings.control_plane.vrrp == profile.vrrp
    assert check.interval_ms == profile.interval_ms
    assert settings.control_plane.connect_timeout_ms == profile.connect_timeout_ms


def test_a_timer_of_its_own_wins_over_the_profile() -> None:
    def change(r: dict[str, Any]) -> None:
        r["controlPlane"]["vrrp"] = {"advertisementIntervalMs": 500}
        r["controlPlane"]["healthCheck"]["fall"] = 5

    control_plane = parse_settings(raw(change), Path()).control_plane
    assert control_plane.vrrp.advertisement_interval_ms == 500
    assert control_plane.vrrp.garp_refresh_s == PROFILES[ProfileName.STANDARD].vrrp.garp_refresh_s
    assert control_plane.health_check is not None
    assert control_plane.health_check.fall == 5
    assert control_plane.health_check.interval_ms == 2000


def test_the_authority_is_read_from_a_file_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("THE CA")
    settings = parse_settings(
        raw(lambda r: r["controlPlane"].update(healthCheck={"caFile": "ca.crt"})), tmp_path
    )
    assert settings.control_plane.health_check is not None
    assert settings.control_plane.health_check.ca == "THE CA"


def test_the_check_can_be_a_plain_connection() -> None:
    settings = parse_settings(
        raw(lambda r: r["controlPlane"].update(healthCheck={"kind": "tcp"})), Path()
    )
    assert settings.control_plane.health_check is not None
    assert settings.control_plane.health_check.kind is HealthCheckKind.TCP


def test_a_null_check_switches_it_off_for_the_policy_pack_to_judge() -> None:
    settings = parse_settings(raw(lambda r: r["controlPlane"].update(healthCheck=None)), Path())
    assert settings.control_plane.health_check is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda r: r["controlPlane"]["vips"][0].update(vrid=300),
            r"controlPlane\.vips\[0\]\.vrid is 300: .*less than or equal to 255",
        ),
        (
            lambda r: r["controlPlane"]["vips"][0].update(vird=3),
            r"controlPlane\.vips\[0\]\.vird is not a setting",
        ),
        (lambda r: r.update(controlPlan={}), r"k8s-ha-lb:controlPlan is not a setting; known are"),
        (lambda r: r["controlPlane"].pop("vips"), r"controlPlane\.vips is missing"),
        (lambda r: r.pop("controlPlane"), r"controlPlane is missing"),
        (
            lambda r: r["controlPlane"]["nodes"][1]["machine"].pop("hostKey"),
            r"in controlPlane\.nodes\[1\]\.machine: hostKey is not set: .*; set hostKey",
        ),
        (
            lambda r: r["controlPlane"].update(healthCheck={"caFile": "missing.crt"}),
            r"healthCheck\.caFile is missing\.crt: cannot be read",
        ),
        (
            lambda r: r["controlPlane"].update(profile="quick"),
            r"controlPlane\.profile is 'quick': .*'standard', 'fast' or 'fastest'",
        ),
        (
            lambda r: r["controlPlane"].update(maxConnections=400_000),
            r"maxConnections is 400000: needs 800400 .* at most 261944",
        ),
        (
            lambda r: r["controlPlane"].update(healthCheck="https"),
            r"controlPlane\.healthCheck is 'https'",
        ),
        (lambda r: r["controlPlane"].update(vrrp="fast"), r"controlPlane\.vrrp is 'fast'"),
        (
            lambda r: r["controlPlane"].update(profile=["fast"]),
            r"controlPlane\.profile is \['fast'\]",
        ),
        (
            lambda r: r["controlPlane"]["nodes"][0]["machine"].update(driver="vsphere"),
            r"controlPlane\.nodes\[0\]\.machine is .*'existing', 'nspawn'",
        ),
    ],
)
def test_an_error_names_the_setting_the_value_and_the_way_out(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_settings(raw(change), Path())


def test_one_wrong_setting_is_told_once() -> None:
    with pytest.raises(SettingsError) as error:
        parse_settings(raw(lambda r: r["controlPlane"]["vips"][0].update(vrid=300)), Path())
    assert str(error.value).count("\n") == 1
