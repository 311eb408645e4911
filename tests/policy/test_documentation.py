"""docs/policies.md says what the pack does."""

from pathlib import Path

import pytest

from policy.rules.pack.table import renewed

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"


def test_the_table_of_the_rules_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert renewed(page) == page, "run python -m policy.rules.pack.table docs/policies.md"


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="add both marks"):
        renewed("# Policies\n")
