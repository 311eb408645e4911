"""Faults of one backend that only the connections of clients notice.

Formulas from nginx's passive checks (ngx_http_upstream and ngx_stream_upstream round robin, with a
shared `zone`): after `max_fails` failed connections a backend is out for `fail_timeout`, then one
connection tries it again. A failed connection attempt goes on to the next backend. `overhead` has
the allowances.
"""

from components.model.budget.fault import Fault
from components.model.budget.overhead import PROBE_MS
from components.model.budget.prediction import Prediction
from components.model.budget.unbounded_part import unbounded_part, used_before_it_is_ready
from components.model.health_check import HealthCheck
from components.model.listener import Listener, ListenerMode
from components.model.pool import Pool, PoolProtocol


def passively_checked(listener: Listener, pool: Pool, check: HealthCheck) -> tuple[Prediction, ...]:
    """Predictions for a pool of at least two backends that nobody probes."""
    return (
        _killed(pool, check),
        _silent(pool, check),
        _hung(listener, pool, check),
        unbounded_part(
            Fault.BACKEND_ANSWERS_500,
            pool,
            "a passive check counts failed connections, not answers: nothing takes it out",
        ).model_copy(update={"answers_errors": True}),
        _killed(pool, check).model_copy(
            update={
                "fault": Fault.BACKEND_RESTARTED,
                "established": "finish while the backend shuts down",
            }
        ),
        used_before_it_is_ready(pool, "passive: nothing asks whether it is ready"),
    )


def _killed(pool: Pool, check: HealthCheck) -> Prediction:
    if not pool.retries:
        return unbounded_part(
            Fault.BACKEND_KILLED,
            pool,
            f"no retries: every {check.fail_timeout_s} s one connection fails",
        )
    return Prediction(
        fault=Fault.BACKEND_KILLED,
        outage_ms=PROBE_MS,
        degraded_ms=PROBE_MS,
        degraded_share=pool.largest_share,
        failing_ms=PROBE_MS,
        established="broken at once",
        formula=f"passive: a refused connection goes on to the next backend at once; out after"
        f" {check.max_fails} failed for {check.fail_timeout_s} s; only what it was answering fails"
        f" ({PROBE_MS} ms)",
    )


def _silent(pool: Pool, check: HealthCheck) -> Prediction:
    if not pool.retries:
        return unbounded_part(
            Fault.BACKEND_SILENT,
            pool,
            f"no retries: every {check.fail_timeout_s} s one connection fails",
        )
    connect = pool.connect_timeout_ms
    return Prediction(
        fault=Fault.BACKEND_SILENT,
        outage_ms=PROBE_MS,
        degraded_ms=connect * check.max_fails + PROBE_MS,
        degraded_share=pool.largest_share,
        failing_ms=PROBE_MS,
        again_every_ms=1000 * check.fail_timeout_s,
        added_latency_ms=connect,
        established="hang until timeouts",
        formula=f"passive: {check.max_fails} x {connect} ms connect timeout + {PROBE_MS} ms, once"
        f" {check.max_fails} connections waited for it; then every {check.fail_timeout_s} s one"
        f" more waits {connect} ms",
    )


def _hung(listener: Listener, pool: Pool, check: HealthCheck) -> Prediction:
    if listener.mode is ListenerMode.TCP:
        return unbounded_part(
            Fault.BACKEND_HUNG,
            pool,
            "passive: the backend's system accepts connections, nothing fails that nginx sees",
        )
    times = listener.timeouts
    streams = pool.protocol is PoolProtocol.H2
    silence = max(times.server_ms, times.tunnel_ms) if streams else times.server_ms
    timeout = "tunnel" if streams else "server"
    return unbounded_part(
        Fault.BACKEND_HUNG,
        pool,
        f"passive: out once {check.max_fails} requests waited {silence} ms {timeout} timeout; then"
        f" every {check.fail_timeout_s} s one more waits, and is answered with 504",
    )
