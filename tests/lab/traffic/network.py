"""The bench's network: an edge per load-balancer node, clients and servers on one switch."""

from pathlib import Path

from lab.commands import run
from lab.fabric import batch
from lab.fabric.namespaces import ip, ip_batch, set_kernel_settings
from lab.hosts import BRIDGE, SWITCH, switch_port
from lab.state import Lab
from tests.lab.traffic.addresses import (
    CLIENT,
    EDGES,
    SERVERS,
    VIP,
    Address,
    Family,
    address,
    addresses_of,
    with_prefix,
)

_HOSTS = (*EDGES, CLIENT, SERVERS)
_EDGE_SETTINGS = {
    "net.ipv4.ip_nonlocal_bind": "1",
    "net.ipv6.ip_nonlocal_bind": "1",
}
_VIPS = tuple(address(VIP, family) for family in Family)


class Network:
    """Namespaces of a lab of its own name; they are removed with that lab."""

    def __init__(self, lab: Lab) -> None:
        """Builds it; the first edge holds the VIPs. Raises CommandError."""
        self.lab = lab
        run(["ip", "netns", "add", lab.namespace(SWITCH)])
        set_kernel_settings(lab, SWITCH, batch.SWITCH_SETTINGS)
        ip_batch(lab, SWITCH, batch.switch())
        for host in _HOSTS:
            self._plug_in(host)
        self._holder = EDGES[0]
        self._give_vips("add", self._holder)

    def path(self, host: str) -> Path:
        """The host's namespace."""
        return self.lab.namespace_path(host)

    def move_vips(self, to: str) -> None:
        """What a take-over does: `to` holds the VIPs, and everybody knows at once.

        Connections through the former holder stay open there, as on a node that keepalived took
        the VIP from.
        """
        if to == self._holder:
            return
        self._give_vips("delete", self._holder)
        self._give_vips("add", to)
        self._holder = to
        for host in (CLIENT, SERVERS):
            for vip in _VIPS:
                ip(self.lab, host, "neigh", "flush", "to", str(vip))

    def _plug_in(self, host: str) -> None:
        run(["ip", "netns", "add", self.lab.namespace(host)])
        settings = batch.settings_of(host)
        set_kernel_settings(
            self.lab, host, {**settings, **_EDGE_SETTINGS} if host in EDGES else settings
        )
        ip_batch(
            self.lab,
            SWITCH,
            f"link add {switch_port(host)} type veth peer name eth0"
            f" netns {self.lab.namespace(host)}\n"
            f"link set {switch_port(host)} master {BRIDGE} up\n",
        )
        own = "".join(f"addr add {with_prefix(a)} dev eth0\n" for a in addresses_of(host))
        ip_batch(self.lab, host, f"link set lo up\nlink set eth0 up\n{own}")

    def _give_vips(self, action: str, edge: str) -> None:
        lines = "".join(f"addr {action} {_as_keepalived_adds(vip)}\n" for vip in _VIPS)
        ip_batch(self.lab, edge, lines)


def _as_keepalived_adds(vip: Address) -> str:
    """Deprecated in IPv6: the node's own connections are not made from it."""
    return f"{vip} dev eth0" if vip.version == 4 else f"{vip} dev eth0 preferred_lft 0"
