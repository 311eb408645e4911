"""Each cell of docs/engines.md has its test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature
from components.render.parity_table import parity_table, renewed
from tests.unit.parity.recorder import PREFIX

CHECKOUT = Path(__file__).parents[3]
PAGE = CHECKOUT / "docs" / "engines.md"
PROOFS = "tests/lab/traffic"


@pytest.fixture(scope="module")
def proved() -> set[tuple[Engine, Feature, int | None]]:
    """What the traffic tests prove with which IP version, as pytest collects them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q"]
    command += ["-p", "no:cacheprovider", "-p", "tests.unit.parity.recorder", PROOFS]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    lines = [x.removeprefix(PREFIX) for x in done.stdout.splitlines() if x.startswith(PREFIX)]
    found = [json.loads(line) for line in lines]
    nobodys = [each["test"] for each in found if each["engine"] is None]
    assert not nobodys, "a proof takes the fixture `engine`, which tells whose it is"
    return {
        (Engine(each["engine"]), Feature[name], each["family"])
        for each in found
        for name in each["features"]
        if all(CAPABILITIES[Engine(each["engine"])].has(Feature[n]) for n in each["features"])
    }


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("engine", Engine)
def test_every_feature_that_an_engine_has_is_proved_with_traffic_of_both_families(
    engine: Engine, version: int, proved: set[tuple[Engine, Feature, int | None]]
) -> None:
    has = {feature for feature in Feature if CAPABILITIES[engine].has(feature)}
    assert (
        has - {feature for who, feature, how in proved if (who, how) == (engine, version)} == set()
    )


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert renewed(page) == page, "run python -m components.render.parity_table docs/engines.md"


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="add both marks"):
        renewed("# Engines\n")


def test_the_table_has_every_feature_and_every_reason() -> None:
    table = parity_table()
    for feature in Feature:
        assert f"| {feature.value} |" in table
    for can in CAPABILITIES.values():
        for missing in can.missing.values():
            assert missing.why in table
            assert missing.instead in table
