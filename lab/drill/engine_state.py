"""What the engines themselves say about their backends, from their metrics."""

import re

from lab.commands import run
from lab.drill.target import DrillTarget

_STATUS = re.compile(
    r'^haproxy_server_status\{proxy="(?P<pool>[^"]+)",server="(?P<backend>[^"]+)",'
    r'state="(?P<state>[^"]+)"\} 1$',
    re.MULTILINE,
)


def backend_states(target: DrillTarget) -> dict[str, dict[str, str]]:
    """State of every backend by node: `UP`, `DOWN`, `NOLB` (drained by its check), ..."""
    lb = target.load_balancer
    pool = lb.listeners[0].pool.name
    states: dict[str, dict[str, str]] = {}
    for node in lb.nodes:
        url = f"http://{node.addresses[0].ip}:{lb.observability.port}/metrics"
        text = run(
            ["nsenter", f"--net=/run/netns/{target.client}", "curl", "-s", "-m", "3", url],
        )
        states[node.name] = {
            found["backend"]: found["state"]
            for found in _STATUS.finditer(text)
            if found["pool"] == pool
        }
    return states
