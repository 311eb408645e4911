"""The stack under test, and the figures that the proofs print."""

from collections.abc import Iterator

import pytest

from lab.parts import Parts
from lab.state import Lab
from tests.lab.proofs.figures import FIGURES
from tests.lab.proofs.stack import StackUnderTest


@pytest.fixture
def stack(lab: Lab, lab_parts: Parts) -> StackUnderTest:
    """The whole lab's stack, healthy before the test, its VIPs where they belong."""
    made = StackUnderTest(lab=lab, parts=lab_parts)
    made.settle()
    return made


@pytest.fixture(scope="session")
def runs(pytestconfig: pytest.Config) -> int:
    """How often each fault is drilled."""
    return pytestconfig.option.runs


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Lines of figures; shown after the run, whether the test passes or not."""
    lines: list[str] = []
    yield lines
    request.config.stash.setdefault(FIGURES, []).extend(lines)
