"""Whether every backend is in use: from the engines' metrics, or from who serves clients.

nginx (open source) has no metrics of its backends. A node of it without the VIP has no clients, so
no connection of it has failed; at the node with the VIP only real connections tell. There a backend
that failed is tried again by one of them every `fail_timeout`.
"""

import re

from lab.commands import run
from lab.drill.target import DrillTarget
from lab.drill.waiting import observe_for, wait_until
from lab.prober.run import Prober

RETURN_S = 60.0
"""Longest time a healed kube-apiserver may take until it is ready and back in the pool."""

_STATUS = re.compile(
    r'^haproxy_server_status\{proxy="(?P<pool>[^"]+)",server="(?P<backend>[^"]+)",'
    r'state="(?P<state>[^"]+)"\} 1$',
    re.MULTILINE,
)
_WEIGHT = re.compile(
    r'^haproxy_server_weight\{proxy="(?P<pool>[^"]+)",server="(?P<backend>[^"]+)"\}'
    r" (?P<weight>\d+)$",
    re.MULTILINE,
)


ASKED_EACH = 4
"""Connections that each backend should get while clients ask who serves."""
ASK_INTERVAL_MS = 10.0
ASK_PATIENCE_MS = 2000


def wait_for_all_backends(target: DrillTarget) -> None:
    """Waits until every backend has its full share. Raises NeverHappenedError.

    From metrics: at every node, with its full weight. Without: of the connections through the VIP,
    each is served, and every backend serves some.
    """
    if not target.tells_backend_state:
        checks = [pool.health_check for pool in target.load_balancer.pools]
        fail_timeout_s = max((check.fail_timeout_s for check in checks if check), default=0)
        wait_until(
            "every backend serves connections through the VIP, and none fails",
            lambda: _all_serve(target),
            RETURN_S + fail_timeout_s,
        )
        return
    lb = target.load_balancer
    slow_start_s = max(lb.slow_start_ms(pool) for pool in lb.pools) / 1000
    wait_until(
        "every node has every backend up, with its full weight",
        lambda: all(_serves_all(target, node) for node in range(len(lb.nodes))),
        RETURN_S + slow_start_s,
    )


def _all_serve(target: DrillTarget) -> bool:
    wanted = {b.name: b.weight for b in target.load_balancer.listeners[0].pools[0].serving}
    asked = ASKED_EACH * sum(wanted.values()) / min(wanted.values())
    probe = target.probe(timeout_ms=ASK_PATIENCE_MS)
    with Prober(target.client, probe, interval_ms=ASK_INTERVAL_MS) as prober:
        observe_for(asked * ASK_INTERVAL_MS / 1000)
        recording = prober.stop()
    return recording.failed == 0 and set(recording.served_by) >= set(wanted)


def _serves_all(target: DrillTarget, number: int) -> bool:
    lb = target.load_balancer
    pool = lb.listeners[0].pools[0]
    address = lb.nodes[number].addresses[0].ip
    url = f"http://{address}:{lb.observability.port}/metrics"
    text = run(["nsenter", f"--net=/run/netns/{target.client}", "curl", "-s", "-m", "3", url])
    up = {
        found["backend"]
        for found in _STATUS.finditer(text)
        if found["pool"] == pool.name and found["state"] == "UP"
    }
    weights = {
        found["backend"]: int(found["weight"])
        for found in _WEIGHT.finditer(text)
        if found["pool"] == pool.name
    }
    wanted = {backend.name: backend.weight for backend in pool.serving}
    return up >= set(wanted) and all(weights.get(name) == weight for name, weight in wanted.items())
