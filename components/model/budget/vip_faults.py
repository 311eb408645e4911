"""Faults of a load-balancer node: the VIP moves.

Formulas from RFC 9568 section 6.1 (Skew_Time, Active_Down_Interval), HAProxy and keepalived 2.2.
"""

from components.model.budget.fate import Fate
from components.model.budget.fault import Fault
from components.model.budget.overhead import EXIT_HOOK_MS, PROBE_MS, TAKE_OVER_MS
from components.model.budget.prediction import Prediction, unbounded
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer

BROKEN = "broken; the client learns on its next packet after the move"
BROKEN_AT_ONCE = "broken at once"


def skew_ms(lb: LoadBalancer) -> float:
    """Skew_Time of the node that takes over: (256 - priority) x advertisement interval / 256."""
    successor = lb.nodes_by_priority[1]
    return (256 - successor.priority) * lb.vrrp.advertisement_interval_ms / 256


def demotion_ms(lb: LoadBalancer) -> float:
    """Longest time until the local check takes the VIP from a node whose engine hangs."""
    vrrp = lb.vrrp
    return 1000 * (vrrp.script_fall * vrrp.script_interval_s + vrrp.script_timeout_s)


def recovery_ms(lb: LoadBalancer) -> float:
    """Longest time until a node that was cut off uses its backends again.

    Cut off from them, it took them for dead: active checks must rise, nginx waits `failTimeoutS`,
    which it counts in whole seconds.
    """
    checks = [pool.health_check for pool in lb.pools if pool.health_check is not None]
    if lb.capabilities.has(Feature.ACTIVE_CHECKS):
        each = (
            c.interval_ms + (c.rise - 1) * c.fast_interval_ms + c.rise * PROBE_MS for c in checks
        )
    else:
        each = (1000 * (c.fail_timeout_s + 1) for c in checks)
    return max(each, default=0)


def _recovery_formula(lb: LoadBalancer, recovery: float) -> str:
    how = "rise" if lb.capabilities.has(Feature.ACTIVE_CHECKS) else "fail timeout"
    return (
        f"{recovery:.0f} ms {how}: a node that was cut off took its backends for dead; the address"
        " itself is back sooner"
    )


def vip_predictions(lb: LoadBalancer) -> tuple[Prediction, ...]:
    """Predictions for the faults of the node that holds the VIPs.

    With one node only, nothing takes over: those outages have no bound.
    """
    if len(lb.nodes) < 2:
        return tuple(
            unbounded(fault, "one node: nothing takes over until it is back")
            for fault in _NODE_FAULTS
        )
    vrrp = lb.vrrp
    interval = vrrp.advertisement_interval_ms
    skew = skew_ms(lb)
    silence = 3 * interval + skew + TAKE_OVER_MS
    silence_formula = (
        f"3 x {interval} ms advertisement interval + {skew:.0f} ms skew"
        f" + {TAKE_OVER_MS} ms take-over"
    )
    release = skew + TAKE_OVER_MS
    release_formula = f"{skew:.0f} ms skew + {TAKE_OVER_MS} ms take-over"
    heal = 1000 * vrrp.garp_refresh_s + interval + TAKE_OVER_MS
    heal_formula = (
        f"{1000 * vrrp.garp_refresh_s} ms announcement refresh + {interval} ms advertisement"
        f" interval + {TAKE_OVER_MS} ms take-over"
    )
    recovery = recovery_ms(lb)
    if recovery > heal:
        heal, heal_formula = recovery, _recovery_formula(lb, recovery)
    return (
        Prediction(
            fault=Fault.ENGINE_KILLED,
            outage_ms=EXIT_HOOK_MS + release,
            established=BROKEN_AT_ONCE,
            fate=Fate.BROKEN_AT_ONCE,
            formula=f"{EXIT_HOOK_MS} ms exit hook + {release_formula}",
        ),
        Prediction(
            fault=Fault.ENGINE_SWITCHED,
            outage_ms=EXIT_HOOK_MS + release,
            established="broken when their node changes its engine",
            formula=f"one node after another; of the holder: {EXIT_HOOK_MS} ms exit hook"
            f" + {release_formula}{'; then fail-back' if vrrp.preempt else ''}",
        ),
        Prediction(
            fault=Fault.ENGINE_HUNG,
            outage_ms=demotion_ms(lb) + release,
            established="hang; broken after the move, the client learns on its next packet",
            fate=Fate.HANG,
            formula=(
                f"{vrrp.script_fall} x {vrrp.script_interval_s} s check interval"
                f" + {vrrp.script_timeout_s} s check timeout + {release_formula}"
            ),
        ),
        *(
            Prediction(
                fault=fault,
                outage_ms=silence,
                established=BROKEN,
                fate=Fate.BROKEN,
                formula=silence_formula,
            )
            for fault in (
                Fault.NODE_POWER_LOSS,
                Fault.NODE_LINK_CUT,
                Fault.NODE_SILENT_PARTITION,
            )
        ),
        Prediction(
            fault=Fault.NODE_PARTITION_HEALS,
            outage_ms=heal,
            established="broken on the node that loses the address",
            fate=Fate.BROKEN,
            formula=heal_formula,
        ),
        Prediction(
            fault=Fault.KEEPALIVED_STOPPED,
            outage_ms=release,
            established="broken when the address leaves",
            fate=Fate.BROKEN,
            formula=release_formula,
        ),
        Prediction(
            fault=Fault.KEEPALIVED_KILLED,
            outage_ms=silence,
            established="mostly survive; two nodes hold the address until keepalived restarts",
            formula=silence_formula,
        ),
        _fail_back(lb, heal, heal_formula),
    )


def _fail_back(lb: LoadBalancer, heal: float, heal_formula: str) -> Prediction:
    if not lb.vrrp.preempt:
        return Prediction(
            fault=Fault.FAIL_BACK,
            outage_ms=0,
            established="survive: the address stays where it is",
            fate=Fate.SURVIVE,
            formula="no preemption",
        )
    return Prediction(
        fault=Fault.FAIL_BACK,
        outage_ms=heal,
        established="broken a second time",
        fate=Fate.BROKEN,
        formula=heal_formula,
    )


_NODE_FAULTS = (
    Fault.ENGINE_KILLED,
    Fault.ENGINE_SWITCHED,
    Fault.ENGINE_HUNG,
    Fault.NODE_POWER_LOSS,
    Fault.NODE_LINK_CUT,
    Fault.NODE_SILENT_PARTITION,
    Fault.KEEPALIVED_STOPPED,
)
