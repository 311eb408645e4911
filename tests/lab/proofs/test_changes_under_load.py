"""`pulumi up` under 500 new connections a second: none fails, and those that were open go on.

Half of them are verified TLS connections with a request, half are plain connections: a client that
does 500 handshakes a second would take the machine from the kube-apiservers it asks.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from components.model.budget.fault import Fault
from components.model.capabilities import Engine
from components.render.host import host_plan
from lab.drill.engine_state import wait_for_all_backends
from lab.drill.held import HeldConnections
from lab.drill.target import DrillTarget
from lab.parts import Parts
from lab.prober.report import describe
from lab.prober.run import Prober
from lab.state import Lab
from tests.lab.proofs.stack import Change, Settings, StackUnderTest, unchanged

pytestmark = pytest.mark.usefixtures("idle_watch")
"""It idles meanwhile; test_endpoint.py asks it afterwards."""

RATE_PER_S = 250
"""Of each kind."""
PATIENCE_MS = 5000
"""A client as patient as kubectl: only connections that the load balancer fails count."""


def change_a_timeout(settings: Settings) -> None:
    settings["timeouts"] = {"tunnelMs": 14_200_000}


def remove_a_backend(settings: Settings) -> None:
    settings["backends"] = settings["backends"][:2]


def change_weights(settings: Settings) -> None:
    settings["balance"] = "weighted_round_robin"
    settings["backends"][0]["weight"] = 50


@pytest.fixture(scope="module", autouse=True)
def restored(whole_lab: Lab, lab_parts: Parts, engine: Engine) -> Iterator[None]:
    """The stack, back to its own settings after the last change; each follows the one before."""
    yield
    StackUnderTest(lab=whole_lab, parts=lab_parts, engine=engine).up()


def revisions(target: DrillTarget) -> list[str]:
    """What each node's engine tells at /revision once it has these settings."""
    lb = target.load_balancer
    return [host_plan(lb, node).revision for node in lb.nodes]


def failures_during(
    stack: StackUnderTest,
    change: Change,
    figures: list[str],
    name: str,
    *,
    before: Change = unchanged,
) -> int:
    target = stack.target(before)
    wait_for_all_backends(target)
    tls = target.probe(timeout_ms=PATIENCE_MS)
    tcp = replace(tls, mode="tcp")
    interval_ms = 1000 / RATE_PER_S
    assert revisions(target) != revisions(stack.target(change)), "the engine would not notice"
    predicted = target.budget.of(Fault.CONFIGURATION_CHANGED)
    with (
        Prober(target.client, tls, interval_ms=interval_ms) as requests,
        Prober(target.client, tcp, interval_ms=interval_ms) as connections,
        HeldConnections(target, predicted) as open_before,
    ):
        started = requests.mark("up")
        stack.up(change)
        held = open_before.stop(started)
        recordings = (requests.stop(), connections.stop())
    figures.append(f"{name}: open before: {held.line()}")
    assert held.violations(predicted) == []
    for recording in recordings:
        figures.append(f"{name}: {describe(recording)}")
        assert recording.prober_errors == 0
    return sum(recording.failed for recording in recordings)


def test_a_changed_timeout_fails_no_connection(stack: StackUnderTest, figures: list[str]) -> None:
    assert failures_during(stack, change_a_timeout, figures, "changed timeout") == 0


def test_changed_weights_fail_no_connection(stack: StackUnderTest, figures: list[str]) -> None:
    weights = failures_during(
        stack, change_weights, figures, "changed weights", before=change_a_timeout
    )
    assert weights == 0


def test_a_removed_backend_fails_no_connection(stack: StackUnderTest, figures: list[str]) -> None:
    removed = failures_during(
        stack, remove_a_backend, figures, "removed backend", before=change_weights
    )
    assert removed == 0


def test_an_added_backend_fails_no_connection(stack: StackUnderTest, figures: list[str]) -> None:
    added = failures_during(stack, unchanged, figures, "added backend", before=remove_a_backend)
    assert added == 0
