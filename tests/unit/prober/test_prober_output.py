"""Reading the prober's file."""

from pathlib import Path

import pytest

from lab.prober.parse import ProberOutputError, read_established, read_recording

HEADER = (
    "# prober 1 kind={kind} mode=tls target=127.0.0.1 port=1 interval_us=5000 timeout_ms=300"
    " request_every_ms=0\n# clock monotonic_ns=1000 realtime_ns=5000\n"
)
END = "# end monotonic_ns=9000 attempts=1 late=2 skipped=1 worst_late_us=7500 cpu_us=2000000\n"
LINE = "2000\t1500\t100\t-\tbad-status:500\tcp1\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "probe"
    path.write_text(text)
    return path


def test_attempts_keep_times_outcome_and_identity(tmp_path: Path) -> None:
    recording = read_recording(written(tmp_path, HEADER.format(kind="attempts") + LINE + END))
    (attempt,) = recording.attempts
    assert (attempt.start_ns, attempt.end_ns) == (2000, 1_502_000)
    assert (attempt.connected_us, attempt.secured_us) == (100, None)
    assert (attempt.outcome, attempt.kind, attempt.identity) == (
        "bad-status:500",
        "bad-status",
        "cp1",
    )
    assert recording.realtime_offset_ns == 4000
    assert recording.interval_ms == 5
    assert (recording.pace.late, recording.pace.skipped) == (2, 1)
    assert (recording.pace.worst_late_ms, recording.pace.cpu_s) == (7.5, 2)


def test_connections_keep_when_and_how_they_broke(tmp_path: Path) -> None:
    line = "10\t20\t30\t40\trst\t7\t-\n"
    path = written(tmp_path, HEADER.format(kind="connections") + line + END)
    (connection,) = read_established(path).connections
    assert (connection.opened_ns, connection.answered_ns, connection.broke_ns) == (20, 30, 40)
    assert (connection.outcome, connection.answers, connection.identity) == ("rst", 7, None)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEADER.format(kind="attempts") + LINE, "the end line is missing"),
        (HEADER.format(kind="connections") + END, "kind 'connections', expected 'attempts'"),
        (HEADER.format(kind="attempts") + END, "0 lines, the prober made 1 attempts"),
        (HEADER.format(kind="attempts") + "1\t2\n" + END, "not a line of kind attempts"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ProberOutputError, match=complaint):
        read_recording(written(tmp_path, text))
