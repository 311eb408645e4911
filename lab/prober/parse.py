"""Reads the prober's output file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lab.prober.attempt import Attempt, Mark
from lab.prober.established import Established, EstablishedRecording
from lab.prober.recording import Pace, Recording


class ProberOutputError(ValueError):
    """The file is not a complete output of this prober."""


def read_recording(path: Path, marks: Sequence[Mark] = ()) -> Recording:
    """The recording of new connections in `path`. Raises ProberOutputError."""
    notes, rows = _split(path, "attempts", 6)
    attempts = tuple(
        Attempt(
            int(start), int(duration), outcome, _number(connected), _number(secured), _text(who)
        )
        for start, duration, connected, secured, outcome, who in rows
    )
    if len(attempts) != int(notes["attempts"]):
        raise ProberOutputError(
            f"{path}: {len(attempts)} lines, the prober made {notes['attempts']} attempts"
        )
    return Recording(
        attempts=attempts,
        marks=tuple(marks),
        mode=notes["mode"],
        interval_ms=int(notes["interval_us"]) / 1000,
        pace=Pace(
            late=int(notes["late"]),
            skipped=int(notes["skipped"]),
            worst_late_ms=int(notes["worst_late_us"]) / 1000,
            cpu_s=int(notes["cpu_us"]) / 1e6,
        ),
        realtime_offset_ns=int(notes["realtime_ns"]) - int(notes["monotonic_ns"]),
    )


def read_established(path: Path, marks: Sequence[Mark] = ()) -> EstablishedRecording:
    """The recording of established connections in `path`. Raises ProberOutputError."""
    _, rows = _split(path, "connections", 7)
    connections = (
        Established(
            int(start),
            _number(opened),
            _number(answered),
            _number(broke),
            outcome,
            int(answers),
            _text(who),
        )
        for start, opened, answered, broke, outcome, answers, who in rows
    )
    ordered = tuple(sorted(connections, key=lambda connection: connection.start_ns))
    return EstablishedRecording(ordered, tuple(marks))


def _split(path: Path, kind: str, columns: int) -> tuple[dict[str, str], list[list[str]]]:
    notes: dict[str, str] = {}
    rows: list[list[str]] = []
    ended = False
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            ended = line.startswith("# end ")
            notes = dict(_pairs(line)) | notes
            continue
        fields = line.split("\t")
        if len(fields) != columns:
            raise ProberOutputError(f"{path}: not a line of kind {kind}: {line!r}")
        rows.append(fields)
    if notes.get("kind") != kind:
        raise ProberOutputError(f"{path}: kind {notes.get('kind')!r}, expected {kind!r}")
    if not ended:
        raise ProberOutputError(f"{path}: the end line is missing, the prober was cut short")
    return notes, rows


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    for word in line.split():
        name, equals, value = word.partition("=")
        if equals:
            yield name, value


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


def _text(text: str) -> str | None:
    return None if text == "-" else text
