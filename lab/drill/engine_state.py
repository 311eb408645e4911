"""What the engines themselves say about their backends, from their metrics."""

import re

from lab.commands import run
from lab.drill.target import DrillTarget
from lab.drill.waiting import wait_until

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


def wait_for_all_backends(target: DrillTarget) -> None:
    """Waits until every node gives every backend its full share. Raises NeverHappenedError."""
    slow_start_s = (
        max(target.load_balancer.slow_start_ms(pool) for pool in target.load_balancer.pools) / 1000
    )
    wait_until(
        "every node has every backend up, with its full weight",
        lambda: all(_serves_all(target, node) for node in range(len(target.load_balancer.nodes))),
        RETURN_S + slow_start_s,
    )


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
