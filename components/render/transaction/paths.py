"""Where a transaction reads and writes on a host."""

from dataclasses import dataclass

from components.render.layout import ROOT


@dataclass(frozen=True, kw_only=True)
class HostPaths:
    """The host's own places; tests point them at a directory of their own."""

    root: str = ROOT
    units: str = "/etc/systemd/system"
    sysctl: str = "/etc/sysctl.d"
    run: str = "/run"
    log: str = "/var/log/k8s-ha-lb.log"
