"""keepalived.conf of one node: one VRRP instance per address family, in a sync group."""

from components.model.load_balancer import LoadBalancer
from components.model.node import Node
from components.render.environment import render_template
from components.render.layout import KEEPALIVED_CONF, TRACK_FILE
from components.render.plan import ManagedFile


def render_keepalived(lb: LoadBalancer, node: Node) -> ManagedFile:
    """The file for `node`: unicast to exactly the other nodes, the local engine tracked twice.

    The track file tells of an exit within milliseconds, the script notices an engine that hangs.
    """
    return ManagedFile(
        path=KEEPALIVED_CONF,
        content=render_template(
            "keepalived/keepalived.conf.j2",
            lb=lb,
            node=node,
            peers=sorted((n for n in lb.nodes if n.name != node.name), key=lambda n: n.name),
            health_command=health_command(lb),
            track_file=TRACK_FILE,
            seconds=_seconds,
        ),
    )


def health_command(lb: LoadBalancer) -> str:
    """A full request to the local engine: a hung one still accepts connections."""
    return (
        "/usr/bin/curl --silent --fail --output /dev/null"
        f" --max-time {lb.vrrp.script_timeout_s}"
        f" http://127.0.0.1:{lb.observability.port}/healthz"
    )


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g}"
