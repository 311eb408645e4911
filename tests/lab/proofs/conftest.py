"""The stack under test, and the figures that the proofs print."""

from collections.abc import Iterator

import pytest

from components.model.capabilities import Engine
from lab.faults.engine import configured_engine
from lab.hosts import LOAD_BALANCERS
from lab.parts import Parts
from lab.state import Lab
from tests.lab.proofs.figures import FIGURES
from tests.lab.proofs.idle_watch import IdleWatch, idling
from tests.lab.proofs.stack import StackUnderTest

ENGINES = (Engine.HAPROXY, Engine.NGINX)


@pytest.fixture(scope="session", params=ENGINES, ids=str)
def engine(whole_lab: Lab, lab_parts: Parts, request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn: all proofs of one, then the lab's stack is changed over to the next."""
    wanted: Engine = request.param
    if any(configured_engine(whole_lab, node) is not wanted for node in LOAD_BALANCERS):
        StackUnderTest(lab=whole_lab, parts=lab_parts, engine=wanted).up()
    return wanted


@pytest.fixture
def stack(lab: Lab, lab_parts: Parts, engine: Engine) -> StackUnderTest:
    """The whole lab's stack on an engine, healthy before the test, its VIPs where they belong."""
    made = StackUnderTest(lab=lab, parts=lab_parts, engine=engine)
    made.settle()
    return made


@pytest.fixture(scope="session")
def idle_watch(whole_lab: Lab, lab_parts: Parts, engine: Engine) -> Iterator[IdleWatch]:
    """A watch that is opened when the first test asks for it; faults of backends break it."""
    with idling(StackUnderTest(lab=whole_lab, parts=lab_parts, engine=engine)) as watch:
        yield watch


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
