"""One network for the run; servers, edges and clients for each test."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from components.model.capabilities import CAPABILITIES, Engine
from tests.authority import Authority
from tests.lab.labs import lab_of_the_tests
from tests.lab.traffic.addresses import CLIENT, EDGES, SERVERS, Family
from tests.lab.traffic.loop import NamespaceLoop
from tests.lab.traffic.network import Network
from tests.lab.traffic.traffic import Bench, Traffic

ENGINES = tuple(Engine)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "proves(*features): has traffic show that the engine does these features"
    )


@pytest.fixture(params=ENGINES, ids=str)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn; skips where it is not installed or has no such feature."""
    chosen: Engine = request.param
    if shutil.which(chosen.value) is None:
        pytest.skip(f"{chosen.value} is not installed: apt-get install {chosen.value}")
    for mark in request.node.iter_markers("proves"):
        for feature in mark.args:
            missing = CAPABILITIES[chosen].missing.get(feature)
            if missing is not None:
                pytest.skip(f"{chosen.value} has no {feature.value}: {missing.why}")
    return chosen


@pytest.fixture(params=Family, ids=lambda family: family.name.lower())
def family(request: pytest.FixtureRequest) -> Family:
    """Each address family in turn."""
    return request.param


@pytest.fixture(scope="session")
def bench(lab_machine: None, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The network of the run."""
    with lab_of_the_tests(request.session) as lab:
        network = Network(lab)
        with (
            NamespaceLoop(network.path(CLIENT)) as clients,
            NamespaceLoop(network.path(SERVERS)) as servers,
        ):
            yield Bench(network, clients, servers)


@pytest.fixture
def traffic(bench: Bench) -> Iterator[Traffic]:
    """What a proof is made with; everything it starts ends with the test."""
    with ExitStack() as ending:
        ending.callback(bench.network.move_vips, EDGES[0])
        yield Traffic(bench, ending)


@pytest.fixture(scope="session")
def authority() -> Authority:
    """An authority that the run's certificates come from."""
    return Authority("bench authority")
