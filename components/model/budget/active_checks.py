"""Faults of one backend that active checks notice: the pool stops using it.

Formulas from HAProxy's check scheduling (the next probe starts one interval after the previous one
ended); `overhead` has the allowances.
"""

from components.model.budget.fault import Fault
from components.model.budget.overhead import PROBE_MS
from components.model.budget.prediction import Prediction, unbounded
from components.model.budget.unbounded_part import used_before_it_is_ready
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.pool import Pool


def refused_ejection_ms(check: HealthCheck) -> float:
    """Longest time until a backend that refuses connections is down."""
    return check.interval_ms + (check.fall - 1) * check.fast_interval_ms + check.fall * PROBE_MS


def silent_ejection_ms(check: HealthCheck, connect_timeout_ms: int) -> float:
    """Longest time until a backend that swallows packets is down.

    HAProxy gives the connection of a probe the shorter of `timeout connect` and the interval.
    """
    probe = min(connect_timeout_ms, check.interval_ms)
    return (
        check.interval_ms
        + check.fall * (probe + PROBE_MS)
        + (check.fall - 1) * check.fast_interval_ms
    )


def hung_ejection_ms(check: HealthCheck) -> float:
    """Longest time until a backend that accepts and never answers is down."""
    return (
        check.interval_ms
        + check.fall * (check.timeout_ms + PROBE_MS)
        + (check.fall - 1) * check.fast_interval_ms
    )


def unready_ejection_ms(check: HealthCheck) -> float:
    """Longest time until a backend that answers with another status gets no new connections."""
    return check.interval_ms + PROBE_MS


def actively_checked(
    pool: Pool, check: HealthCheck, *, closes_sessions: bool
) -> tuple[Prediction, ...]:
    """Predictions for a pool of at least two backends that the engine probes."""
    share = pool.largest_share
    connect = pool.connect_timeout_ms
    # Backups come into use once the last other backend is out, not before.
    alone = len(pool.serving) < 2
    retried = pool.retries > 0 and not alone
    fall = f"{check.interval_ms} ms interval + {check.fall - 1} x {check.fast_interval_ms} ms"
    closed = "closed at ejection" if closes_sessions else "hang until timeouts"
    refused = refused_ejection_ms(check)
    silent = silent_ejection_ms(check, connect)
    hung = hung_ejection_ms(check)
    return (
        Prediction(
            fault=Fault.BACKEND_KILLED,
            outage_ms=refused if alone else PROBE_MS,
            degraded_ms=refused,
            degraded_share=share,
            failing_ms=connect if retried else refused,
            established="broken at once",
            formula=f"{fall} + {check.fall} x {PROBE_MS} ms refused probe"
            + _retry_note(retried, "only what it was answering fails"),
        ),
        Prediction(
            fault=Fault.BACKEND_SILENT,
            outage_ms=silent if alone else PROBE_MS,
            degraded_ms=silent,
            degraded_share=share,
            failing_ms=2 * connect if retried else silent,
            added_latency_ms=connect if retried else 0,
            established=closed,
            formula=f"{fall} + {check.fall} x ({min(connect, check.interval_ms)} + {PROBE_MS}) ms"
            " silent probe" + _retry_note(retried, f"{connect} ms before and at ejection fail"),
        ),
        Prediction(
            fault=Fault.BACKEND_HUNG,
            outage_ms=hung if alone else PROBE_MS,
            degraded_ms=hung,
            degraded_share=share,
            failing_ms=hung,
            established=closed,
            formula=f"{fall} + {check.fall} x ({check.timeout_ms} + {PROBE_MS}) ms hung probe",
        ),
        *_unready_predictions(pool, check, alone=alone),
    )


def _unready_predictions(pool: Pool, check: HealthCheck, *, alone: bool) -> tuple[Prediction, ...]:
    share = pool.largest_share
    if check.kind is HealthCheckKind.TCP:
        return (
            unbounded(Fault.BACKEND_ANSWERS_500, "a tcp check does not see readiness"),
            Prediction(
                fault=Fault.BACKEND_RESTARTED,
                outage_ms=refused_ejection_ms(check) if alone else PROBE_MS,
                degraded_ms=refused_ejection_ms(check),
                degraded_share=share,
                failing_ms=refused_ejection_ms(check),
                established="broken at once",
                formula="a tcp check does not see the shutdown coming",
            ),
            used_before_it_is_ready(pool, "a tcp check does not see readiness"),
        )
    unready = unready_ejection_ms(check)
    drained = f"{check.interval_ms} ms interval + {PROBE_MS} ms probe"
    return (
        Prediction(
            fault=Fault.BACKEND_ANSWERS_500,
            outage_ms=unready if alone else PROBE_MS,
            degraded_ms=unready,
            degraded_share=share,
            failing_ms=unready,
            established="finish: the backend is drained",
            formula=f"{drained}; clients sent to it meanwhile get its answer",
        ),
        Prediction(
            fault=Fault.BACKEND_RESTARTED,
            outage_ms=0,
            degraded_ms=unready,
            degraded_share=share,
            established="finish while the backend shuts down",
            formula=f"{drained}; it serves for its shutdown-delay-duration, which is longer",
        ),
        Prediction(
            fault=Fault.BACKEND_RETURNS,
            outage_ms=0,
            established="survive: they are with other backends",
            formula=f"it gets nothing until it is ready: {check.rise} good checks in a row",
        ),
    )


def _retry_note(retried: bool, note: str) -> str:
    return f"; retried elsewhere, {note}" if retried else "; nowhere to retry"
