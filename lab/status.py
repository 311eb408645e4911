"""What of a lab runs, for people."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from lab.control_plane.kubeconfigs import admin_kubeconfig
from lab.drill.target import DrillTarget
from lab.fabric.namespaces import inside
from lab.faults import active_faults
from lab.hosts import APISERVER_PORT, ipv4, ipv6
from lab.info import LabInfo
from lab.machines import init_of, machine_hosts, vip_holders
from lab.processes import resident_mib
from lab.records import all_records
from lab.state import DEFAULT_NAME, Lab


def endpoint_url() -> str:
    return f"https://{ipv4('vip')}:{APISERVER_PORT}"


def kubectl_line(lab: Lab, info: LabInfo, arguments: str, *, host: str | None = None) -> str:
    """A command that works when pasted into a root shell on this host, in any folder.

    It goes through the VIP, or straight to the apiserver on `host`.
    """
    kubectl = [info.kubectl, "--kubeconfig", str(admin_kubeconfig(lab, host))]
    return " ".join([*inside(lab, "client", kubectl), arguments])


def hactl_line(lab: Lab, arguments: str) -> str:
    """A `hactl lab` command for this lab, as typed in the checkout."""
    name = "" if lab.name == DEFAULT_NAME else f" --name {lab.name}"
    return f"bin/hactl lab {arguments}{name}"


def status(lab: Lab) -> RenderableType:
    """Processes, machines, holder of the VIP and active faults."""
    table = Table(title=f"lab {lab.name}", title_justify="left")
    table.add_column("what")
    table.add_column("state")
    table.add_column("pid", justify="right")
    table.add_column("memory", justify="right")
    for record in all_records(lab):
        pid = record.process.pid
        table.add_row(
            record.name,
            "runs" if record.running else "[red]ended[/red]",
            str(pid) if record.running else "",
            f"{resident_mib(pid):.0f} MiB" if record.running else "",
        )
    holders = vip_holders(lab)
    for host in machine_hosts(lab):
        init = init_of(lab, host)
        state = "runs" if init else "[red]off[/red]"
        holds = ", holds the VIP" if host in holders else ""
        table.add_row(f"machine {host}", state + holds, str(init.pid) if init else "", "")
    faults = ", ".join(f"{f.kind} on {f.target}" for f in active_faults(lab)) or "none"
    return Group(table, f"active faults: {escape(faults)}")


def held_by(holders: Sequence[str], expected: str | None = None) -> str:
    """Who holds the VIPs, and who should when that is another; in Rich markup."""
    held = ", ".join(holders) or "nobody"
    if expected is None or tuple(holders) == (expected,):
        return held
    return f"[red]{held}, not by {expected} as expected[/red]"


def summary(lab: Lab, info: LabInfo, endpoint: DrillTarget | None) -> str:
    """What a user wants to know after `up`, in Rich markup.

    With the `endpoint` that the stack made, it says so when another node holds its VIPs.
    """
    holders, machines = vip_holders(lab), machine_hosts(lab)
    direct = None if holders else "cp1"
    held = held_by(endpoint.holders(), endpoint.expected_holder) if endpoint else held_by(holders)
    nodes = ", ".join(f"{host} ({ipv4(host)})" for host in machines) or "none"
    next_steps = ["status", "down"]
    if holders:
        next_steps = [f"fault apply power-off {holders[0]}", "fault heal --all", *next_steps]
    return "\n".join(
        [
            "",
            f"API endpoint     {endpoint_url()}  (Kubernetes {info.kubernetes})",
            f"VIP              {ipv4('vip')}, {ipv6('vip')}  held by {held}",
            f"load balancers   {nodes}",
            "",
            f"look at the cluster {'through the VIP' if holders else 'on cp1, past the VIP'}:",
            f"  {escape(kubectl_line(lab, info, 'get nodes', host=direct))}",
            "what to try next:",
            *(f"  {hactl_line(lab, step)}" for step in next_steps),
        ]
    )
