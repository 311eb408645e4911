"""Makes the lab's network: one namespace per host, one cable each, one switch.

The host's own network namespace is never touched: cables are made by a command that already works
inside the switch's namespace, with the far end born in the other host's namespace.
"""

from lab.commands import CommandError, run
from lab.fabric import batch
from lab.fabric.namespaces import (
    addresses_on,
    exists,
    ip,
    ip_batch,
    links,
    set_kernel_settings,
)
from lab.hosts import BRIDGE, PLUGGED_BY_THE_LAB, SWITCH, ipv4, ipv6, switch_port
from lab.removal.namespaces import remove_namespace
from lab.state import Lab


def ensure_fabric(lab: Lab) -> list[str]:
    """Makes what is missing and returns the hosts it made; leaves what is right alone.

    A switch that is not right takes every cable with it, so then all hosts are made anew.
    Raises CommandError when the kernel refuses a part.
    """
    made: list[str] = []
    if not _is_switch(lab):
        for namespace in lab.existing_namespaces():
            remove_namespace(namespace)
        _make_namespace(lab, SWITCH)
        ip_batch(lab, SWITCH, batch.switch())
        made.append(SWITCH)
    on_switch = links(lab, SWITCH)
    missing = [
        host
        for host in PLUGGED_BY_THE_LAB
        if switch_port(host) not in on_switch or not _is_plugged_in(lab, host)
    ]
    for host in missing:
        _unplug(lab, host)
        _make_namespace(lab, host)
    if missing:
        ip_batch(lab, SWITCH, "".join(batch.cable(lab, host) for host in missing))
    for host in missing:
        ip_batch(lab, host, batch.host_end(host))
    return made + missing


def _is_switch(lab: Lab) -> bool:
    bridge = links(lab, SWITCH).get(BRIDGE, {})
    return addresses_on(bridge) >= {str(ipv4(SWITCH)), str(ipv6(SWITCH))}


def _is_plugged_in(lab: Lab, host: str) -> bool:
    device = links(lab, host).get("eth0", {})
    return addresses_on(device) >= {str(ipv4(host)), str(ipv6(host))}


def _unplug(lab: Lab, host: str) -> None:
    """Removes what is left of a host. A cable goes when either of its ends does."""
    if lab.namespace_path(host).exists():
        remove_namespace(lab.namespace_path(host))
    if switch_port(host) in links(lab, SWITCH):
        try:
            ip(lab, SWITCH, "link", "delete", switch_port(host))
        except CommandError:
            if switch_port(host) in links(lab, SWITCH):
                raise


def _make_namespace(lab: Lab, host: str) -> None:
    if not exists(lab, host):
        run(["ip", "netns", "add", lab.namespace(host)])
    set_kernel_settings(lab, host, batch.settings_of(host))
