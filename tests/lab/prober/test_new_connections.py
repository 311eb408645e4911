"""The prober against real servers on loopback: every outcome it knows."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.prober.attempt import Attempt
from lab.prober.build import ensure_prober
from lab.prober.parse import read_recording
from lab.prober.probe import Probe
from lab.prober.recording import Recording
from lab.prober.report import describe
from lab.prober.run import Prober, ProberError
from tests.lab.prober.certificates import Authority
from tests.lab.prober.endpoint import Endpoint

Serve = Callable[..., Endpoint]
PATIENT_MS = 5000


def attempts_of(probe: Probe, output: Path, *, interval_us: int = 20_000) -> tuple[Attempt, ...]:
    """Runs the prober for its `duration_s`, without waiting for a success."""
    command = [str(ensure_prober()), *probe.arguments(), "--output", str(output)]
    command += ["--interval-us", str(interval_us)]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    recording = read_recording(output)
    assert recording.total > 0
    return recording.attempts


def outcomes(probe: Probe, output: Path) -> set[str]:
    return {attempt.outcome for attempt in attempts_of(probe, output)}


def tls(authority: Authority, port: int, **more: Any) -> Probe:
    settings: dict[str, Any] = {
        "target": "127.0.0.1",
        "port": port,
        "ca": authority.ca,
        "timeout_ms": PATIENT_MS,
        "duration_s": 1,
    }
    return Probe(**(settings | more))


def record_until(prober: Prober, enough: int) -> Recording:
    """Stops once `enough` attempts are in the file."""
    deadline = time.monotonic() + 60
    while prober.output.read_text().count("\n") < enough + 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return prober.stop()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_tls_request_succeeds_and_names_the_server(
    serve: Serve, authority: Authority, port: int, address: str
) -> None:
    serve(address)
    probe = tls(authority, port, target=address, san="server-1", duration_s=30)
    with Prober(None, probe, interval_ms=10) as prober:
        recording = record_until(prober, 20)
    assert recording.failed_by_outcome == {}
    assert recording.served_by == {"server-1": recording.total}
    for attempt in recording.attempts:
        assert attempt.connected_us is not None
        assert attempt.secured_us is not None
        assert attempt.connected_us <= attempt.secured_us <= attempt.duration_us


def test_a_tcp_attempt_ends_with_the_connect(serve: Serve, port: int, output: Path) -> None:
    serve(tls=False)
    probe = Probe(target="127.0.0.1", port=port, mode="tcp", duration_s=1, timeout_ms=PATIENT_MS)
    attempts = attempts_of(probe, output)
    assert {attempt.outcome for attempt in attempts} == {"ok"}
    assert {attempt.secured_us for attempt in attempts} == {None}


def test_the_http_identity_is_the_chosen_header(serve: Serve, port: int, output: Path) -> None:
    serve(tls=False)
    probe = Probe(
        target="127.0.0.1",
        port=port,
        mode="http",
        duration_s=1,
        timeout_ms=PATIENT_MS,
        identity_header="x-served-by",
        host="app.example",
    )
    attempts = attempts_of(probe, output)
    assert {(attempt.outcome, attempt.identity) for attempt in attempts} == {("ok", "server-1")}


def test_another_status_is_reported_with_its_number(
    serve: Serve, authority: Authority, port: int, output: Path
) -> None:
    serve().do("status 500")
    assert outcomes(tls(authority, port), output) == {"bad-status:500"}


def test_a_certificate_of_another_authority_is_a_tls_error(
    serve: Serve, port: int, output: Path, tmp_path: Path
) -> None:
    serve()
    stranger = Authority(tmp_path, "stranger")
    found = attempts_of(tls(stranger, port), output)
    assert {attempt.kind for attempt in found} == {"tls-error"}


def test_a_certificate_without_the_expected_name_is_a_tls_error(
    serve: Serve, authority: Authority, port: int, output: Path
) -> None:
    serve()
    found = outcomes(tls(authority, port, san="another-name"), output)
    assert found == {"tls-error:hostname_mismatch"}


def test_a_closed_port_is_refused(authority: Authority, port: int, output: Path) -> None:
    assert outcomes(tls(authority, port), output) == {"refused"}


def test_a_server_that_never_answers_is_a_timeout_during_the_handshake(
    serve: Serve, authority: Authority, port: int, output: Path
) -> None:
    serve(mute=True)
    found = attempts_of(tls(authority, port, timeout_ms=200), output)
    assert {attempt.outcome for attempt in found} == {"timeout"}
    assert all(attempt.duration_us >= 200_000 for attempt in found)
    assert all(attempt.connected_us is not None for attempt in found)
    assert {attempt.secured_us for attempt in found} == {None}


def test_a_server_that_is_restarted_gives_an_outage_of_that_length(
    serve: Serve, authority: Authority, port: int
) -> None:
    endpoint = serve()
    probe = tls(authority, port, san="127.0.0.1", duration_s=60, timeout_ms=900)
    with Prober(None, probe, interval_ms=5) as prober:
        fault = prober.mark("closed")
        before_close = time.monotonic_ns()
        endpoint.do("close")
        closed = time.monotonic_ns()
        time.sleep(0.4)  # the length of the outage is the input of this test
        before_listen = time.monotonic_ns()
        endpoint.do("listen")
        listening = time.monotonic_ns()
        recording = record_until(prober, recording_lines(prober) + 50)
    outage = recording.longest_outage(fault)
    print(describe(recording, fault))
    assert outage is not None
    assert outage.ended
    down_at_least_ms = (before_listen - closed) / 1e6
    down_at_most_ms = (listening - before_close) / 1e6
    assert outage.longest_ms >= down_at_least_ms
    assert outage.shortest_ms <= down_at_most_ms
    assert set(recording.failed_by_outcome) <= {"refused", "reset", "closed"}


def recording_lines(prober: Prober) -> int:
    return prober.output.read_text().count("\n")


def test_a_source_address_is_used(serve: Serve, port: int, output: Path) -> None:
    serve(tls=False)
    probe = Probe(
        target="127.0.0.1", port=port, mode="tcp", duration_s=2, source="127.9.9.9", timeout_ms=2000
    )
    with Prober(None, probe, interval_ms=1000) as prober:
        prober.stop()
    foreign = Probe(target="127.0.0.1", port=port, mode="tcp", duration_s=1, source="198.18.9.9")
    assert outcomes(foreign, output) == {"local:EADDRNOTAVAIL"}


def test_500_tls_connections_a_second_all_succeed(
    serve: Serve, authority: Authority, port: int
) -> None:
    serve()
    patient = tls(authority, port, duration_s=120, timeout_ms=20_000)
    with Prober(None, patient, interval_ms=2) as prober:
        recording = record_until(prober, 2500)
    print(describe(recording), f"{recording.pace.cpu_s / recording.total * 1e3:.2f} ms CPU each")
    assert recording.failed_by_outcome == {}
    # Whatever else the machine does, every slot of the timetable is attempted or told as skipped.
    span_ms = (recording.attempts[-1].start_ns - recording.attempts[0].start_ns) / 1e6
    slots = recording.total + recording.pace.skipped
    assert abs(slots * 2 - span_ms) <= recording.pace.worst_late_ms + 2 * 2


@pytest.mark.parametrize(
    "target", ["192.0.2.1", "198.17.255.255", "198.20.0.0", "2001:2:1::1", "::ffff:127.0.0.1"]
)
def test_a_target_outside_the_lab_is_refused_with_the_allowed_ranges(target: str) -> None:
    with (
        pytest.raises(ProberError, match=r"refused.*198\.18\.0\.0/15 and 2001:2::/48"),
        Prober(None, Probe(target=target, port=443, mode="tcp")),
    ):
        pass


def test_a_run_of_more_than_600_s_is_refused() -> None:
    with (
        pytest.raises(ProberError, match=r"--duration-s 601 is outside 1\.\.600"),
        Prober(None, Probe(target="127.0.0.1", port=1, mode="tcp", duration_s=601)),
    ):
        pass


def test_tls_without_an_authority_is_refused() -> None:
    with (
        pytest.raises(ProberError, match="certificates are always verified"),
        Prober(None, Probe(target="127.0.0.1", port=1)),
    ):
        pass


def test_a_prober_that_never_succeeds_says_what_it_last_saw(port: int) -> None:
    probe = Probe(target="127.0.0.1", port=port, mode="tcp")
    with (
        pytest.raises(ProberError, match=r"no success .*refused"),
        Prober(None, probe, ready_within_s=0.5),
    ):
        pass


def test_a_run_that_reached_its_bound_before_it_was_stopped_is_no_recording(
    serve: Serve, port: int
) -> None:
    serve(tls=False)
    probe = Probe(target="127.0.0.1", port=port, mode="tcp", duration_s=1)
    with Prober(None, probe) as prober:
        deadline = time.monotonic() + 20
        while "# end" not in prober.output.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with pytest.raises(ProberError, match="duration_s 1"):
            prober.stop()
