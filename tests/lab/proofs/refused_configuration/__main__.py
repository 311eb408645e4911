"""Runs the program with one line more in haproxy.cfg, which HAProxy refuses."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(CHECKOUT))

from components.model.load_balancer import LoadBalancer  # noqa: E402 (the path comes first)
from components.model.node import Node  # noqa: E402
from components.render import host  # noqa: E402
from components.render.layout import HAPROXY_CFG  # noqa: E402
from components.render.plan import HostPlan  # noqa: E402

render_true_plan = host.host_plan


def render_refused_plan(lb: LoadBalancer, node: Node) -> HostPlan:
    """The node's plan, with a keyword that HAProxy does not have."""
    plan = render_true_plan(lb, node)
    files = tuple(
        replace(file, content=f"{file.content}\nno-such-keyword;\n")
        if file.path == HAPROXY_CFG
        else file
        for file in plan.files
    )
    return replace(plan, files=files)


host.host_plan = render_refused_plan
runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__")
