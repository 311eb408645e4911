"""Figures of a recording in one line, for tests and drills to print."""

from collections import Counter

from lab.prober.attempt import Mark
from lab.prober.recording import Recording


def describe(recording: Recording, fault: Mark | None = None) -> str:
    """Rate, failures by outcome, the longest outage with its bounds, latency, who served."""
    longest = recording.longest_outage(fault)
    if longest is None:
        outage = "no outage"
    elif longest.ended:
        outage = (
            f"longest outage {longest.duration_ms:.1f} ms"
            f" ({longest.shortest_ms:.1f}..{longest.longest_ms:.1f})"
        )
    else:
        outage = f"outage not ended after {longest.duration_ms:.1f} ms"
    parts = [
        f"{recording.total} attempts at {recording.rate_per_s:.1f}/s",
        f"{recording.failed} failed{_counts(recording.failed_by_outcome)}",
        outage,
        f"p50 {recording.latency_ms(50):.2f} ms, p99 {recording.latency_ms(99):.2f} ms,"
        f" worst {recording.latency_ms(100):.2f} ms",
    ]
    if recording.served_by:
        parts.append(f"served by{_counts(recording.served_by)}")
    pace = recording.pace
    if pace.late or pace.skipped:
        parts.append(
            f"prober late {pace.late}, skipped {pace.skipped}, worst {pace.worst_late_ms:.1f} ms"
        )
    return "; ".join(parts)


def _counts(counter: Counter[str]) -> str:
    if not counter:
        return ""
    return " (" + ", ".join(f"{word} {count}" for word, count in counter.most_common()) + ")"
