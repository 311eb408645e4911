"""Settings that name a file are read in the same way everywhere."""

from pathlib import Path

import pytest

from stacks.errors import SettingsError
from stacks.files import with_file_contents


@pytest.mark.parametrize(
    ("setting", "own"),
    [
        ("caFile", "ca"),
        ("chainFile", "chain"),
        ("clientAuthorityFile", "clientAuthority"),
        ("contentFile", "content"),
    ],
)
def test_the_content_takes_the_place_of_the_name_however_deep_it_is(
    setting: str, own: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("CONTENT")
    settings = {"listeners": [{"port": 1, "inner": {setting: "file"}}], "other": 5}
    assert with_file_contents(settings, "controlPlane", tmp_path) == {
        "listeners": [{"port": 1, "inner": {own: "CONTENT"}}],
        "other": 5,
    }


def test_every_file_that_cannot_be_read_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "der").write_bytes(b"\x30\x82\xff")
    settings = {"a": [{"caFile": "none"}, {"chainFile": "der"}, {"contentFile": 5}]}
    with pytest.raises(SettingsError) as error:
        with_file_contents(settings, "controlPlane", tmp_path)
    fix = "give the path of a text file relative to the project"
    assert str(error.value).splitlines()[1:] == [
        f"  controlPlane.a[0].caFile is none: cannot be read (No such file or directory); {fix}",
        f"  controlPlane.a[1].chainFile is der: not text (a DER certificate?); {fix}",
        f"  controlPlane.a[2].contentFile is 5: not a path; {fix}",
    ]


def test_both_forms_of_a_setting_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("PEM")
    message = r"controlPlane\.caFile is ca\.crt: ca is given too; remove one of them"
    with pytest.raises(SettingsError, match=message):
        with_file_contents({"caFile": "ca.crt", "ca": "PEM"}, "controlPlane", tmp_path)
