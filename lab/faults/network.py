"""Faults of the network, the same for machines and apiservers: they happen in the switch."""

from lab.commands import run
from lab.fabric.namespaces import inside, ip
from lab.faults.fault import Fault, Role
from lab.hosts import SWITCH, switch_port
from lab.state import Lab

LOST_PERCENT = 20
"""Bad enough to lose a request and its first repetition now and then, not to cut a host off."""


def _cut(lab: Lab, target: str) -> None:
    ip(lab, SWITCH, "link", "set", switch_port(target), "down")


def _mend(lab: Lab, target: str) -> None:
    ip(lab, SWITCH, "link", "set", switch_port(target), "up")


def partition_rules(target: str) -> str:
    """An nftables script that lets no frame in or out at the target's port, its carrier kept."""
    return _rules(f"partition_{target}", target, "drop")


def loss_rules(target: str) -> str:
    """An nftables script that loses LOST_PERCENT of the frames in and of those out, at random."""
    return _rules(f"loss_{target}", target, f"numgen random mod 100 < {LOST_PERCENT} drop")


def _rules(table: str, target: str, verdict: str) -> str:
    """A script that may be loaded again, with a verdict on each frame at the target's port."""
    port = switch_port(target)
    return f"""{_without(table)}
table bridge {table} {{
    chain from_host {{
        type filter hook prerouting priority 0;
        iifname "{port}" {verdict}
    }}
    chain to_host {{
        type filter hook postrouting priority 0;
        oifname "{port}" {verdict}
    }}
}}
"""


def _partition(lab: Lab, target: str) -> None:
    _load(lab, partition_rules(target))


def _rejoin(lab: Lab, target: str) -> None:
    _load(lab, _without(f"partition_{target}"))


def _lose(lab: Lab, target: str) -> None:
    _load(lab, loss_rules(target))


def _lose_nothing(lab: Lab, target: str) -> None:
    _load(lab, _without(f"loss_{target}"))


def _without(table: str) -> str:
    """A table must exist to be deleted."""
    return f"table bridge {table} {{ }}\ndelete table bridge {table}\n"


def _load(lab: Lab, script: str) -> None:
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
    Fault(
        "packet-loss",
        _BOTH,
        f"{LOST_PERCENT} % of the frames it sends and of those it should receive are lost",
        _lose,
        _lose_nothing,
    ),
)
