"""One lab for all tests of a process, built when the first one asks for it."""

import sys
from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.console import Console

from lab.faults import active_faults, heal_all
from lab.parts import PartError, Parts, ensure_parts
from lab.parts.catalogue import DEFAULT_KUBERNETES
from lab.state import Lab
from lab.up import bring_lab_up
from tests.lab.labs import lab_of_the_tests, remove_abandoned_labs, why_no_lab
from tests.lab.proofs.figures import FIGURES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--lab",
        help="use the lab of this name and keep it, instead of one of the run's own",
    )
    parser.addoption(
        "--runs",
        type=int,
        default=1,
        help="how often each fault is drilled (default 1; `make drill`: 10)",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.lab)
            if _wants_the_machine_for_itself(item):
                item.add_marker(pytest.mark.alone)


def _wants_the_machine_for_itself(item: pytest.Item) -> bool:
    """Whether it measures time: the prober's own tests, and all on a whole lab that do not say that
    they may run beside others, each process of them with a lab of its own."""
    if item.get_closest_marker("beside") is not None:
        return False
    fixtures: tuple[str, ...] = getattr(item, "fixturenames", ())
    return "whole_lab" in fixtures or item.path.is_relative_to(Path(__file__).parent / "prober")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("measured against the failover budget")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def lab_machine() -> None:
    """This machine can have a lab; skips with the reason when it cannot."""
    reason = why_no_lab()
    if reason:
        pytest.skip(reason)
    remove_abandoned_labs()


@pytest.fixture(scope="session")
def lab_parts(lab_machine: None) -> Parts:
    """Pulumi, Kubernetes and etcd; skips with the reason when they cannot be had."""
    try:
        return ensure_parts(DEFAULT_KUBERNETES)
    except PartError as problem:
        pytest.skip(f"no parts for a lab: {problem}")


@pytest.fixture(scope="session")
def control_plane(lab_parts: Parts, request: pytest.FixtureRequest) -> Generator[Lab]:
    """A lab of its own name with network and control plane, before `pulumi up`."""
    kept: str | None = request.config.getoption("--lab")
    with nullcontext(Lab.named(kept)) if kept else lab_of_the_tests(request.session) as lab:
        bring_lab_up(lab, kubernetes=None, with_stack=False, console=Console(file=sys.stderr))
        yield lab


@pytest.fixture(scope="session")
def whole_lab(control_plane: Lab) -> Lab:
    """The same lab after `pulumi up`: two load-balancer machines and a VIP."""
    bring_lab_up(control_plane, kubernetes=None, with_stack=True, console=Console(file=sys.stderr))
    return control_plane


@pytest.fixture
def lab(whole_lab: Lab) -> Generator[Lab]:
    """The whole lab, healthy before the test; faults that the test leaves are healed after it."""
    yield whole_lab
    if active_faults(whole_lab):
        heal_all(whole_lab)
