"""The failover budget follows from the timers, row by row and in its tendencies."""

import pytest
from hypothesis import given

from components.model.budget.active_checks import (
    hung_ejection_ms,
    refused_ejection_ms,
    silent_ejection_ms,
    unready_ejection_ms,
)
from components.model.budget.budget import failover_budget
from components.model.budget.fault import Fault
from components.model.budget.overhead import EXIT_HOOK_MS, PROBE_MS, TAKE_OVER_MS
from components.model.budget.passive_checks import passively_checked
from components.model.budget.prediction import Prediction
from components.model.budget.vip_faults import skew_ms
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.listener import ListenerMode
from components.model.load_balancer import LoadBalancer
from components.model.pool import Balance, Pool
from components.model.profile import PROFILES, ProfileName
from tests.unit.models import CA, health_checks, load_balancers, sample

APISERVER_SHUTDOWN_DELAY_MS = 8000


@pytest.mark.parametrize(
    ("profile", "skew", "silence"),
    [
        (ProfileName.STANDARD, 609.375, 3609.375),
        (ProfileName.FAST, 60.9375, 360.9375),
        (ProfileName.FASTEST, 18.28125, 108.28125),
    ],
)
def test_a_silent_holder_is_replaced_after_three_intervals_and_the_skew_of_rfc_9568(
    profile: ProfileName, skew: float, silence: float
) -> None:
    lb = sample(profile)
    assert skew_ms(lb) == skew
    budget = failover_budget(lb)
    for fault in (Fault.NODE_POWER_LOSS, Fault.NODE_LINK_CUT, Fault.NODE_SILENT_PARTITION):
        assert budget.of(fault).outage_ms == silence + TAKE_OVER_MS


def test_a_killed_engine_costs_the_exit_hook_and_the_skew() -> None:
    lb = sample()
    assert failover_budget(lb).of(Fault.ENGINE_KILLED).outage_ms == pytest.approx(
        EXIT_HOOK_MS + skew_ms(lb) + TAKE_OVER_MS
    )


def test_a_hung_engine_costs_the_failed_checks_their_timeout_and_the_skew() -> None:
    lb = sample()
    assert failover_budget(lb).of(Fault.ENGINE_HUNG).outage_ms == pytest.approx(
        2 * 1000 + 1000 + skew_ms(lb) + TAKE_OVER_MS
    )


def test_the_skew_is_that_of_the_second_node_not_of_the_weakest() -> None:
    third = (
        sample()
        .nodes[1]
        .model_validate(
            {"name": "lb3", "addresses": ["198.18.0.13/24", "2001:2:0:1::13/64"], "priority": 1}
        )
    )
    assert skew_ms(sample(nodes=(*sample().nodes, third))) == skew_ms(sample())


def test_one_node_has_no_bound_and_is_the_worst_row() -> None:
    budget = failover_budget(sample(nodes=sample().nodes[:1]))
    assert budget.of(Fault.NODE_POWER_LOSS).outage_ms is None
    assert budget.worst.outage_ms is None
    assert budget.worst.failed_at(rate=1) == float("inf")


def test_without_preemption_fail_back_costs_nothing() -> None:
    vrrp = sample().vrrp.model_copy(update={"preempt": False})
    assert failover_budget(sample(vrrp=vrrp)).of(Fault.FAIL_BACK).outage_ms == 0


def test_ejection_times_follow_the_check_timers() -> None:
    check = HealthCheck(
        ca=CA, interval_ms=2000, fast_interval_ms=300, timeout_ms=1000, fall=3, rise=2
    )
    assert refused_ejection_ms(check) == 2000 + 2 * 300 + 3 * PROBE_MS
    assert silent_ejection_ms(check, 200) == 2000 + 2 * 300 + 3 * (200 + PROBE_MS)
    assert silent_ejection_ms(check, 9000) == 2000 + 2 * 300 + 3 * (2000 + PROBE_MS)
    assert hung_ejection_ms(check) == 2000 + 2 * 300 + 3 * (1000 + PROBE_MS)
    assert unready_ejection_ms(check) == 2000 + PROBE_MS


@pytest.mark.parametrize("profile", list(ProfileName))
def test_every_profile_ejects_a_backend_before_a_kube_apiserver_has_shut_down(
    profile: ProfileName,
) -> None:
    worst = max(
        failover_budget(sample(profile)).of(fault).degraded_ms or 0
        for fault in (Fault.BACKEND_SILENT, Fault.BACKEND_HUNG, Fault.BACKEND_RESTARTED)
    )
    assert worst < APISERVER_SHUTDOWN_DELAY_MS


def test_every_profile_keeps_the_default_objective() -> None:
    for profile in ProfileName:
        assert failover_budget(sample(profile)).worst.worst_ms < 10_000
        assert PROFILES[profile].rise >= 2
        assert PROFILES[profile].fall >= 2


def test_without_retries_a_killed_backend_fails_its_share_until_ejection() -> None:
    listener = sample().listeners[0]
    pool = listener.pools[0].model_copy(update={"retries": 0})
    row = failover_budget(sample(listeners=(listener.model_copy(update={"pool": pool}),))).of(
        Fault.BACKEND_KILLED
    )
    assert row.failing_ms == row.degraded_ms
    assert row.degraded_share == pytest.approx(1 / 3)


def row_of(pool: Pool, fault: Fault = Fault.BACKEND_KILLED) -> Prediction:
    listener = sample().listeners[0].model_copy(update={"pool": pool})
    return failover_budget(sample(listeners=(listener,))).of(fault)


def test_the_only_serving_backend_is_missed_until_its_backup_takes_over() -> None:
    pool = sample().listeners[0].pools[0]
    first, second, _ = pool.backends
    backup = second.model_copy(update={"backup": True})
    row = row_of(pool.model_copy(update={"backends": (first, backup)}))
    assert row.outage_ms == row.degraded_ms == row.failing_ms
    assert row.degraded_share == 1


def test_a_drained_backend_replaces_nobody() -> None:
    pool = sample().listeners[0].pools[0]
    first, second, _ = pool.backends
    drained = second.model_copy(update={"drain": True})
    assert row_of(pool.model_copy(update={"backends": (first, drained)})).outage_ms is None


@pytest.mark.parametrize("balance", [Balance.LEAST_CONNECTIONS, Balance.SOURCE_HASH])
def test_without_round_robin_one_backend_may_get_everything(balance: Balance) -> None:
    pool = sample().listeners[0].pools[0].model_copy(update={"balance": balance})
    assert row_of(pool, Fault.BACKEND_HUNG).degraded_share == 1


def test_a_pool_without_a_check_has_no_bound() -> None:
    listener = sample().listeners[0]
    pool = listener.pools[0].model_copy(update={"health_check": None})
    budget = failover_budget(sample(listeners=(listener.model_copy(update={"pool": pool}),)))
    assert budget.of(Fault.BACKEND_HUNG).outage_ms is None


@pytest.mark.parametrize("mode", ListenerMode)
def test_without_probes_a_hung_backend_costs_requests_for_as_long_as_it_hangs(
    mode: ListenerMode,
) -> None:
    listener = sample().listeners[0].model_copy(update={"mode": mode})
    check = HealthCheck(kind=HealthCheckKind.TCP, passive=True)
    rows = {row.fault: row for row in passively_checked(listener, listener.pools[0], check)}
    assert rows[Fault.BACKEND_HUNG].failing_ms is None
    assert rows[Fault.BACKEND_KILLED].failing_ms is not None


@given(load_balancers())
def test_every_fault_has_exactly_one_row_with_a_reason(lb: LoadBalancer) -> None:
    predictions = failover_budget(lb).predictions
    faults = [p.fault for p in predictions]
    assert len(faults) == len(set(faults))
    expected = set(Fault)
    if len(lb.nodes) < 2:
        expected -= {Fault.NODE_PARTITION_HEALS, Fault.KEEPALIVED_KILLED, Fault.FAIL_BACK}
    assert set(faults) == expected
    assert all(p.formula and p.established for p in predictions)


@given(health_checks)
def test_a_slower_check_never_ejects_sooner(check: HealthCheck) -> None:
    slower = check.model_copy(update={"interval_ms": check.interval_ms + 100})
    for ejection in (refused_ejection_ms, hung_ejection_ms, unready_ejection_ms):
        assert ejection(slower) > ejection(check)
    assert silent_ejection_ms(slower, 1000) >= silent_ejection_ms(check, 1000)
