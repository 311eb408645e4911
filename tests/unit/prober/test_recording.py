"""The analysis of recordings, on traces whose truth is known."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.prober.attempt import NS_PER_MS, Attempt, Mark
from lab.prober.recording import Recording
from lab.prober.report import describe

BASE_NS = 1_000 * NS_PER_MS
# How long an example takes depends on what else the machine does.
unhurried = settings(deadline=None)
gaps = st.lists(st.integers(1, 20), min_size=3, max_size=200)


def ok(at_ms: float, identity: str = "cp1", took_ms: float = 1) -> Attempt:
    return attempt(at_ms, "ok", identity, took_ms)


def bad(at_ms: float, outcome: str = "refused", took_ms: float = 1) -> Attempt:
    return attempt(at_ms, outcome, None, took_ms)


def attempt(at_ms: float, outcome: str, identity: str | None, took_ms: float) -> Attempt:
    start = BASE_NS + round(at_ms * NS_PER_MS)
    return Attempt(start, round(took_ms * 1000), outcome, 100, 500, identity)


def at(ms: float) -> Mark:
    return Mark("fault", BASE_NS + round(ms * NS_PER_MS))


def sampled(starts_ms: list[int], down_ms: float, up_ms: float) -> Recording:
    return Recording(tuple(bad(s) if down_ms <= s < up_ms else ok(s) for s in starts_ms))


def starts_of(between: list[int]) -> list[int]:
    return [sum(between[:count]) for count in range(len(between) + 1)]


@unhurried
@given(gaps, st.data())
def test_the_true_outage_lies_between_the_bounds_however_uneven_the_starts(
    between: list[int], data: st.DataObject
) -> None:
    starts = starts_of(between)
    down = data.draw(st.integers(1, starts[-1]))
    up = data.draw(st.integers(down, starts[-1]))
    recording = sampled(starts, down, up)
    longest = recording.longest_outage(at(down))
    if longest is None:
        assert up - down <= max(between)
        return
    assert longest.shortest_ms <= up - down <= longest.longest_ms
    assert longest.shortest_ms <= longest.duration_ms <= longest.longest_ms


@unhurried
@given(st.integers(1, 50), st.integers(1, 500), st.integers(0, 2000), st.integers(0, 49))
def test_with_a_steady_interval_the_duration_is_within_one_interval_of_the_truth(
    interval: int, before: int, length: int, phase: int
) -> None:
    down, up = before + phase, before + phase + length
    starts = list(range(0, up + 3 * interval, interval))
    measured = sampled(starts, down, up).outage_ms(at(down))
    assert abs(measured - length) <= interval
    whole = sampled(starts, down, up)
    longest = whole.longest_outage()
    assert longest is None or longest.resolution_ms <= interval


@unhurried
@given(gaps, st.randoms(use_true_random=False), st.data())
def test_the_order_of_the_lines_does_not_matter(
    between: list[int], chance: random.Random, data: st.DataObject
) -> None:
    starts = starts_of(between)
    outcomes = data.draw(st.lists(st.booleans(), min_size=len(starts), max_size=len(starts)))
    attempts = [ok(s) if good else bad(s) for s, good in zip(starts, outcomes, strict=True)]
    shuffled = attempts[:]
    chance.shuffle(shuffled)
    assert Recording(tuple(shuffled)) == Recording(tuple(attempts))


@unhurried
@given(gaps, st.data())
def test_every_failed_attempt_belongs_to_exactly_one_outage(
    between: list[int], data: st.DataObject
) -> None:
    starts = starts_of(between)
    outcomes = data.draw(st.lists(st.booleans(), min_size=len(starts), max_size=len(starts)))
    attempts = tuple(ok(s) if good else bad(s) for s, good in zip(starts, outcomes, strict=True))
    recording = Recording(attempts)
    assert sum(outage.failed for outage in recording.outages()) == recording.failed


@unhurried
@given(gaps)
def test_without_a_failure_the_outage_is_zero(between: list[int]) -> None:
    recording = Recording(tuple(ok(s) for s in starts_of(between)))
    assert recording.outage_ms() == 0
    assert recording.longest_outage() is None


@unhurried
@given(gaps)
def test_when_everything_failed_the_outage_never_ended(between: list[int]) -> None:
    recording = Recording(tuple(bad(s) for s in starts_of(between)))
    longest = recording.longest_outage()
    assert longest is not None
    assert not longest.ended
    assert longest.duration_ms == sum(between)
    assert recording.outage_ms() == math.inf


def test_no_attempt_after_the_fault_is_an_error_and_not_availability() -> None:
    with pytest.raises(ValueError, match="the outage is unknown"):
        Recording((ok(0),)).outage_ms(at(1))


def test_an_attempt_in_flight_at_the_fault_counts_as_failed_but_does_not_lengthen_the_outage() -> (
    None
):
    recording = Recording((ok(0), bad(5, took_ms=300), bad(10), bad(15), ok(20)))
    longest = recording.longest_outage(at(8))
    assert longest is not None
    assert longest.failed == 3
    assert longest.duration_ms == 12
    assert recording.longest_outage() is not None
    assert recording.outage_ms() == 15


def test_an_outage_that_ended_before_the_fault_is_not_the_faults() -> None:
    recording = Recording((ok(0), bad(5), bad(10), ok(15), ok(20), bad(25), ok(30)))
    assert recording.outage_ms(at(20)) == 5
    assert recording.outage_ms() == 10


def test_a_success_splits_an_outage_in_two() -> None:
    recording = Recording((ok(0), bad(5), ok(10), bad(15), bad(20), ok(25)))
    assert [outage.duration_ms for outage in recording.outages()] == [5, 10]


def test_a_slow_success_is_an_outage_only_when_slow_counts_as_not_served() -> None:
    recording = Recording((ok(0), ok(5, took_ms=1001), ok(10, took_ms=1001), ok(15)))
    assert recording.outage_ms() == 0
    assert recording.outage_ms(slow_ms=100) == 10
    assert len(recording.slower_than(100)) == 2


def test_ejection_is_the_last_attempt_that_still_met_the_faulty_backend() -> None:
    recording = Recording(
        (
            ok(0, "cp1"),
            bad(10),
            ok(20, "cp2"),
            ok(30, "cp1"),
            ok(40, "cp2", took_ms=210),
            ok(50, "cp2"),
        )
    )
    assert recording.ejection_ms(at(5)) == 5
    assert recording.ejection_ms(at(5), "cp1") == 25
    assert recording.ejection_ms(at(5), "cp1", slow_ms=200) == 35
    assert recording.ejection_ms(at(45), "cp1") == 0


def test_a_backend_rejoins_with_the_first_attempt_it_serves() -> None:
    recording = Recording((ok(0, "cp1"), ok(10, "cp2"), ok(20, "cp1")))
    assert recording.rejoin_ms(at(5), "cp1") == 15
    assert recording.rejoin_ms(at(5), "cp3") == math.inf


def test_shares_and_failures_are_counted_in_the_window_between_two_marks() -> None:
    attempts = (ok(0, "cp1"), ok(5, "cp2"), bad(10), bad(15, "bad-status:500"), ok(20, "cp2"))
    part = Recording(attempts).between(at(5), at(20))
    assert part.served_by == {"cp2": 1}
    assert part.failed_by_outcome == {"refused": 1, "bad-status:500": 1}
    assert part.failed_by_stage == {"answer": 2}


def test_the_probers_own_errors_are_told_apart() -> None:
    assert Recording((bad(0, "local:EMFILE"), bad(5))).prober_errors == 1


@unhurried
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=100))
def test_percentiles_are_observed_latencies_in_order(durations: list[int]) -> None:
    recording = Recording(tuple(ok(i, took_ms=d) for i, d in enumerate(durations)))
    assert recording.latency_ms(0) == min(durations)
    assert recording.latency_ms(100) == max(durations)
    assert recording.latency_ms(50) in durations
    assert recording.latency_ms(50) <= recording.latency_ms(99)


def test_a_mark_that_was_not_made_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no mark 'cut'.*known: fault"):
        Recording((), marks=(at(0),)).mark("cut")


def test_the_report_names_rate_failures_outage_and_servers() -> None:
    text = describe(Recording((ok(0), bad(5), ok(10, "cp2"))))
    assert "3 attempts at 200.0/s; 1 failed (refused 1)" in text
    assert "longest outage 5.0 ms (0.0..10.0)" in text
    assert "cp1 1, cp2 1" in text
