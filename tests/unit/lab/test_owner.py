"""A lab's name is the whole machine's: one checkout at a time has it."""

from pathlib import Path

import pytest

from lab.owner import ForeignLabError, claim, owner_of, release, require_own
from lab.removal.everything import remove_lab
from lab.state import Lab


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr("lab.state.RUN_FOLDER", tmp_path / "run")
    return Lab.named("demo", under=tmp_path / ".lab")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def test_a_lab_without_a_record_is_ones_own(lab: Lab) -> None:
    assert owner_of(lab) is None
    require_own(lab)


def test_a_claimed_lab_is_its_checkouts_own_and_can_be_claimed_again(lab: Lab, other: Path) -> None:
    for _ in ("first", "again"):
        claim(lab, other)
    require_own(lab, other)
    assert owner_of(lab) == other


def test_another_checkouts_lab_is_refused_with_the_place_to_go_to(lab: Lab, other: Path) -> None:
    claim(lab, other)
    expected = f"lab 'demo' belongs to {other}: work there, or choose another name with --name"
    for action in (require_own, claim, remove_lab):
        with pytest.raises(ForeignLabError, match=expected):
            action(lab)
    assert owner_of(lab) == other


def test_the_lab_of_a_checkout_that_is_gone_can_be_removed_and_not_gone_on_with(
    lab: Lab, other: Path
) -> None:
    claim(lab, other)
    other.rmdir()
    require_own(lab)
    with pytest.raises(ForeignLabError, match="which is gone: remove it with 'hactl lab down'"):
        claim(lab)


def test_a_released_lab_leaves_nothing_and_other_labs_stay(lab: Lab, other: Path) -> None:
    neighbour = Lab.named("next", under=other)
    claim(lab, other)
    claim(neighbour, other)
    for _ in ("first", "again"):
        release(lab)
    assert not lab.run_folder.exists()
    assert owner_of(neighbour) == other
    release(neighbour)
    assert not neighbour.run_folder.parent.exists()
