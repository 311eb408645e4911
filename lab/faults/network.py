"""Faults of the network, the same for machines and apiservers: they happen in the switch."""

from lab.commands import run
from lab.fabric.namespaces import inside, ip
from lab.faults.fault import Fault, Role
from lab.hosts import SWITCH, switch_port
from lab.state import Lab


def _cut(lab: Lab, target: str) -> None:
    ip(lab, SWITCH, "link", "set", switch_port(target), "down")


def _mend(lab: Lab, target: str) -> None:
    ip(lab, SWITCH, "link", "set", switch_port(target), "up")


def partition_rules(target: str) -> str:
    """An nftables script that lets no frame in or out at the target's port, its carrier kept.

    The first two lines make the script repeatable: a table must exist to be deleted.
    """
    port = switch_port(target)
    return f"""
table bridge partition_{target} {{ }}
delete table bridge partition_{target}
table bridge partition_{target} {{
    chain from_host {{
        type filter hook prerouting priority 0;
        iifname "{port}" drop
    }}
    chain to_host {{
        type filter hook postrouting priority 0;
        oifname "{port}" drop
    }}
}}
"""


def _partition(lab: Lab, target: str) -> None:
    run(inside(lab, SWITCH, ["nft", "-f", "-"]), text_in=partition_rules(target))


def _rejoin(lab: Lab, target: str) -> None:
    table = f"bridge partition_{target}"
    script = f"table {table} {{ }}\ndelete table {table}\n"
    run(inside(lab, SWITCH, ["nft", "-f", "-"]), text_in=script)


_BOTH = frozenset({Role.LOAD_BALANCER, Role.APISERVER})

FAULTS = (
    Fault("cut-link", _BOTH, "its cable is pulled: it loses carrier and connection", _cut, _mend),
    Fault(
        "partition",
        _BOTH,
        "nothing it sends or should receive arrives, and it cannot tell: the carrier stays",
        _partition,
        _rejoin,
    ),
)
