"""Runs the program with one line more in every haproxy.cfg, which HAProxy refuses."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(CHECKOUT))

from components.model.load_balancer import LoadBalancer  # noqa: E402 (the path comes first)
from components.model.node import Node  # noqa: E402
from components.render import host  # noqa: E402
from components.render.haproxy import render_haproxy  # noqa: E402
from components.render.plan import ManagedFile  # noqa: E402


def render_refused(lb: LoadBalancer, node: Node) -> tuple[tuple[ManagedFile, ...], str]:
    """The rendered files, with a keyword that HAProxy does not have."""
    (cfg, *others), revision = render_haproxy(lb, node)
    broken = replace(cfg, content=f"{cfg.content}\nbackend injected\n  no-such-keyword\n")
    return (broken, *others), revision


host.render_haproxy = render_refused
runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__")
