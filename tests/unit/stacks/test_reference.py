"""The settings document is the models' own description."""

from pathlib import Path

from stacks.reference import settings_reference

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_settings_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == settings_reference(), (
        "run `python -m stacks.reference > docs/settings.md`"
    )


def test_every_setting_is_described() -> None:
    rows = [line for line in settings_reference().splitlines() if line.startswith("| `")]
    undescribed = [row for row in rows if row.rstrip(" |").endswith("|") or "|  |" in row]
    assert undescribed == []
