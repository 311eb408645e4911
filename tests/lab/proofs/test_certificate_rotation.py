"""A certificate renewed by `pulumi up` under 500 new connections a second: none fails.

While an engine reloads, its replaced workers may still accept: for these milliseconds clients get
one certificate or the other. Afterwards all get the new one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from components.model.capabilities import Engine
from lab.drill.engine_state import wait_for_all_backends
from lab.prober.report import describe
from lab.prober.run import Prober
from lab.state import Lab
from tests.authority import DAY, Authority, Issued
from tests.lab.proofs.front import CERTIFICATE, PORT, StackWithKeys, front_certificate, with_front
from tests.lab.proofs.stack import StackUnderTest

REQUESTS_PER_S = 100
"""Verified TLS connections with a request: each is two handshakes on the load balancer and one on a
kube-apiserver, and all of them share this machine."""
CONNECTIONS_PER_S = 400
"""Plain connections."""
PATIENCE_MS = 5000
LONG = 90 * DAY
"""Longer than the policy pack asks for."""
AFTERWARDS = 50
"""Connections after the update, more than there are workers."""


def keyed(stack: StackUnderTest, issued: Issued) -> StackWithKeys:
    """The stack with this certificate's key."""
    return StackWithKeys(
        lab=stack.lab, parts=stack.parts, engine=stack.engine, keys={CERTIFICATE: issued.key}
    )


@pytest.fixture
def restored(stack: StackUnderTest) -> Iterator[StackUnderTest]:
    """The stack, back to its own settings afterwards."""
    yield stack
    stack.up()


@contextmanager
def watched(lab: Lab, vip: str) -> Iterator[list[int | str]]:
    """Serial numbers of the certificates that clients got meanwhile, one after another; an error
    stands for a connection without one."""
    got: list[int | str] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            try:
                got.append(front_certificate(lab, vip).serial_number)
            except OSError as error:
                got.append(f"connection {len(got) + 1}: {error!r}")
            ended.wait(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield got
    finally:
        ended.set()
        thread.join()


def test_a_renewed_certificate_fails_no_connection_and_is_seen_at_once(
    restored: StackUnderTest, engine: Engine, figures: list[str]
) -> None:
    target = restored.target()
    vip = str(target.load_balancer.vips[0].address)
    authority = Authority("front authority")
    first, renewed = (authority.server("front", vip, valid_for=LONG) for _ in range(2))
    ca = restored.lab.folder / "front-ca.pem"
    ca.write_text(authority.certificate)
    keyed(restored, first).up(with_front(first))
    wait_for_all_backends(target)

    tls = replace(target.probe(timeout_ms=PATIENCE_MS), port=PORT, ca=ca, duration_s=600)
    tcp = replace(tls, mode="tcp", ca=None)
    with (
        Prober(target.client, tls, interval_ms=1000 / REQUESTS_PER_S) as requests,
        Prober(target.client, tcp, interval_ms=1000 / CONNECTIONS_PER_S) as connections,
        watched(restored.lab, vip) as seen,
    ):
        keyed(restored, renewed).up(with_front(renewed))
        after = {front_certificate(restored.lab, vip).serial_number for _ in range(AFTERWARDS)}
        recordings = (requests.stop(), connections.stop())

    for recording in recordings:
        figures.append(f"renewed certificate, {engine}: {describe(recording)}")
        assert recording.prober_errors == 0
    assert sum(recording.failed for recording in recordings) == 0
    assert after == {renewed.parsed.serial_number}
    assert set(seen) == {first.parsed.serial_number, renewed.parsed.serial_number}
    assert (seen[0], seen[-1]) == (first.parsed.serial_number, renewed.parsed.serial_number)
