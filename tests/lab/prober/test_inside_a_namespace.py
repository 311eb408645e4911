"""The prober in a network namespace of its own: lab addresses, silence, unreachable networks."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.commands import run
from lab.prober.attempt import Mark
from lab.prober.probe import Probe
from lab.prober.run import EstablishedProber, Prober
from tests.lab.prober.certificates import Authority, Pair
from tests.lab.prober.endpoint import Endpoint

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]
PORT = 6443
FOUR, SIX = "198.18.0.10", "2001:2:0:1::10"
SILENCE = (
    "add table inet silence; add chain inet silence input { type filter hook input priority 0; };"
    f"add rule inet silence input tcp dport {PORT} drop"
)


@pytest.fixture
def namespace() -> Iterator[str]:
    """A namespace whose loopback carries the lab's addresses."""
    name = f"prober-test-{os.getpid()}"
    run(["ip", "netns", "add", name])
    try:
        run(["ip", "-n", name, "link", "set", "lo", "up"])
        for address in (f"{FOUR}/32", "198.18.0.100/32", f"{SIX}/128"):
            run(["ip", "-n", name, "addr", "add", address, "dev", "lo", "nodad"])
        yield name
    finally:
        run(["ip", "netns", "delete", name])


def silence(namespace: str) -> None:
    run(["nsenter", f"--net=/run/netns/{namespace}", "nft", SILENCE])


def speak(namespace: str) -> None:
    run(["nsenter", f"--net=/run/netns/{namespace}", "nft", "delete table inet silence"])


@pytest.mark.parametrize(("address", "source"), [(FOUR, "198.18.0.100"), (SIX, None)])
def test_lab_addresses_of_both_families_are_reached_from_inside(
    namespace: str, authority: Authority, pair: Pair, address: str, source: str | None
) -> None:
    with Endpoint(address, PORT, pair=pair, namespace=namespace) as endpoint:
        endpoint.do("listen")
        probe = Probe(target=address, port=PORT, ca=authority.ca, source=source, timeout_ms=3000)
        with Prober(namespace, probe) as prober:
            recording = prober.stop()
    assert recording.failed_by_outcome == {}
    assert set(recording.served_by) == {"server-1"}


def test_a_silent_target_is_a_timeout_while_connecting_and_an_outage_until_it_speaks(
    namespace: str, authority: Authority, pair: Pair
) -> None:
    with Endpoint(FOUR, PORT, pair=pair, namespace=namespace) as endpoint:
        endpoint.do("listen")
        probe = Probe(target=FOUR, port=PORT, ca=authority.ca, timeout_ms=300)
        with Prober(namespace, probe) as prober:
            fault = prober.mark("silence")
            silence(namespace)
            wait_for(prober, "timeout", prober.mark("silent"))
            repair = prober.mark("speak")
            speak(namespace)
            wait_for(prober, "ok", prober.mark("spoken"))
            recording = prober.stop()
    outage = recording.longest_outage(fault)
    assert outage is not None
    assert outage.ended
    assert outage.longest_ms >= 300
    assert outage.start_ns >= fault.monotonic_ns
    assert outage.end_ns >= repair.monotonic_ns - 300 * 1_000_000
    assert "connect" in recording.failed_by_stage


def test_a_target_without_a_route_is_unreachable(
    namespace: str, authority: Authority, pair: Pair
) -> None:
    with Endpoint(FOUR, PORT, pair=pair, namespace=namespace) as endpoint:
        endpoint.do("listen")
        probe = Probe(target=FOUR, port=PORT, ca=authority.ca, timeout_ms=300)
        with Prober(namespace, probe) as prober:
            run(["ip", "-n", namespace, "addr", "flush", "dev", "lo"])
            wait_for(prober, "unreachable")
            recording = prober.stop()
    assert recording.failed_by_outcome["unreachable"] > 0
    assert recording.longest_outage() is not None


@pytest.mark.parametrize("mode", ["tls", "tcp"])
def test_activity_on_a_connection_whose_path_went_silent_times_out(
    namespace: str, authority: Authority, pair: Pair, mode: str
) -> None:
    tls = mode == "tls"
    with Endpoint(FOUR, PORT, pair=pair if tls else None, namespace=namespace) as endpoint:
        endpoint.do("listen")
        ca = authority.ca if tls else None
        probe = Probe(target=FOUR, port=PORT, mode="tls" if tls else "tcp", ca=ca, timeout_ms=300)
        with EstablishedProber(namespace, probe, count=3, request_every_ms=20) as prober:
            fault = prober.mark("silence")
            silence(namespace)
            wait_for(prober, "timeout")
            recording = prober.stop()
    assert recording.by_outcome == {"timeout": 3}
    assert all((c.broke_after_ms(fault) or 0) >= 300 - 20 for c in recording.broken)


def wait_for(
    prober: Prober | EstablishedProber, outcome: str, started_after: Mark | None = None
) -> None:
    """Until the prober has written such an outcome, of an attempt that started after the mark."""
    earliest = started_after.monotonic_ns if started_after else 0
    deadline = time.monotonic() + 30
    while not any(
        fields[4] == outcome and int(fields[0]) >= earliest for fields in written(prober.output)
    ):
        assert time.monotonic() < deadline, f"no {outcome} in 30 s"
        time.sleep(0.01)


def written(output: Path) -> Iterator[list[str]]:
    for line in output.read_text().splitlines(keepends=True):
        if line.endswith("\n") and not line.startswith("#"):
            yield line.split("\t")
