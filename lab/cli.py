"""`hactl lab`: the embedded environment."""

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from lab.commands import CommandError
from lab.control_plane.kubeconfigs import admin_kubeconfig
from lab.control_plane.readiness import NotReadyError
from lab.endpoint import endpoint_of
from lab.fabric.namespaces import exists, inside
from lab.faults import FAULTS, FaultError, apply_fault, heal_all, heal_fault
from lab.hosts import CONTROL_PLANES
from lab.info import NoLabError, read_info, require_info
from lab.lock import LabBusyError, NotRootError, changing
from lab.machines import MachineError, init_of, inside_machine
from lab.owner import ForeignLabError, require_own
from lab.parts.catalogue import DEFAULT_KUBERNETES, KUBERNETES_RELEASES
from lab.processes import StillRunningError
from lab.records import DiedError
from lab.removal.everything import LeftoverError, belongings, remove_lab
from lab.state import DEFAULT_NAME, Lab, LabNameError
from lab.status import status as status_of
from lab.status import summary
from lab.steps import StepFailedError
from lab.up import CannotStartError, bring_lab_up

app = typer.Typer(help="The lab: a whole environment on this machine.", no_args_is_help=True)
fault_app = typer.Typer(help="Make faults happen in the lab, and heal them.", no_args_is_help=True)
app.add_typer(fault_app, name="fault")

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Name = Annotated[str, typer.Option("--name", help="Which lab; labs share nothing.")]

EXPECTED = (
    CannotStartError,
    CommandError,
    DiedError,
    FaultError,
    ForeignLabError,
    LabBusyError,
    LabNameError,
    LeftoverError,
    MachineError,
    NoLabError,
    NotReadyError,
    NotRootError,
    StillRunningError,
)


@contextmanager
def _told() -> Generator[None]:
    """An error the user can act on is one line and exit code 1; any other is a defect."""
    try:
        yield
    except StepFailedError:
        raise typer.Exit(1) from None
    except EXPECTED as problem:
        errors.print(f"[red]error:[/red] {escape(str(problem))}")
        raise typer.Exit(1) from None


@app.command()
def up(
    name: Name = DEFAULT_NAME,
    kubernetes: Annotated[
        str | None,
        typer.Option(
            help=f"Kubernetes minor version: {' or '.join(KUBERNETES_RELEASES)};"
            f" {DEFAULT_KUBERNETES} for a new lab that names none."
        ),
    ] = None,
    control_plane_only: Annotated[
        bool, typer.Option("--control-plane-only", help="Stop before `pulumi up`.")
    ] = False,
) -> None:
    """Build the lab and run `pulumi up`. Again: change nothing that is right."""
    with _told():
        lab = _own_lab(name)
        info = bring_lab_up(
            lab, kubernetes=kubernetes, with_stack=not control_plane_only, console=console
        )
        endpoint = None if control_plane_only else endpoint_of(lab)
        console.print(summary(lab, info, endpoint))


@app.command()
def down(name: Name = DEFAULT_NAME) -> None:
    """Remove every process, mount, cgroup and namespace of the lab, and its state."""
    with _told():
        lab = _own_lab(name)
        with changing(lab, "down"):
            removed = remove_lab(lab)
        console.print(f"lab {lab.name!r} is down: removed {removed}")


@app.command()
def status(name: Name = DEFAULT_NAME) -> None:
    """Show what runs, who holds the VIP and which faults are active."""
    with _told():
        lab = _own_lab(name)
        info = read_info(lab)
        found = belongings(lab)
        if info is None and not found:
            console.print(f"lab {lab.name!r} is down")
            raise typer.Exit(3)
        console.print(status_of(lab))
        console.print(f"on this machine: {found}")
        if info is None:
            console.print("half made or half removed: run 'hactl lab up' or 'hactl lab down'")


@app.command()
def shell(host: str, name: Name = DEFAULT_NAME) -> None:
    """Open a shell on a host: a load-balancer machine, client, operator, cp1, switch, ..."""
    with _told():
        lab = _own_lab(name)
        program = os.environ.get("SHELL", "/bin/sh")
        _replace_this_process(
            lab, host, ["/bin/bash", "-l"] if _is_machine(lab, host) else [program]
        )


@app.command("exec", context_settings={"ignore_unknown_options": True})
def execute(host: str, command: list[str], name: Name = DEFAULT_NAME) -> None:
    """Run a command on a host: `hactl lab exec client -- kubectl get nodes`."""
    with _told():
        _replace_this_process(_own_lab(name), host, command)


@app.command()
def kubeconfig(
    name: Name = DEFAULT_NAME,
    host: Annotated[
        str | None, typer.Option(help="Straight to one apiserver (cp1, cp2, cp3), not to the VIP.")
    ] = None,
) -> None:
    """Print the path of the administrator's kubeconfig."""
    with _told():
        lab = _own_lab(name)
        require_info(lab)
        if host is not None and host not in CONTROL_PLANES:
            raise FaultError(f"--host {host}: choose one of {', '.join(CONTROL_PLANES)}")
        sys.stdout.write(f"{admin_kubeconfig(lab, host)}\n")


@fault_app.command("list")
def list_faults() -> None:
    """List the faults, what they do and what they can hit."""
    for fault in FAULTS.values():
        roles = ", ".join(sorted(fault.roles))
        console.print(f"[bold]{fault.kind:20}[/bold] {fault.says} [dim]({roles})[/dim]")


@fault_app.command("apply")
def apply(kind: str, target: str, name: Name = DEFAULT_NAME) -> None:
    """Make a fault happen to a host."""
    with _told():
        lab = _own_lab(name)
        require_info(lab)
        apply_fault(lab, kind, target)
        console.print(f"{kind} on {target}: {FAULTS[kind].says}")


@fault_app.command("heal")
def heal(
    kind: Annotated[str | None, typer.Argument()] = None,
    target: Annotated[str | None, typer.Argument()] = None,
    name: Name = DEFAULT_NAME,
    everything: Annotated[bool, typer.Option("--all", help="Every active fault.")] = False,
) -> None:
    """Undo a fault, or all of them."""
    with _told():
        lab = _own_lab(name)
        require_info(lab)
        if everything:
            healed = ", ".join(f"{f.kind} on {f.target}" for f in heal_all(lab))
            console.print(f"healed: {healed or 'nothing was active'}")
            return
        if kind is None or target is None:
            raise FaultError("name the fault and its target, or say --all")
        heal_fault(lab, kind, target)
        console.print(f"healed: {kind} on {target}")


def _own_lab(name: str) -> Lab:
    """Raises LabNameError, and ForeignLabError when another checkout has the lab."""
    lab = Lab.named(name)
    require_own(lab)
    return lab


def _is_machine(lab: Lab, host: str) -> bool:
    return init_of(lab, host) is not None


def _replace_this_process(lab: Lab, host: str, command: Sequence[str]) -> None:
    """The command takes this process's place, so its exit code and signals are the user's."""
    if not exists(lab, host):
        known = ", ".join(p.name.removeprefix(f"{lab.name}-") for p in lab.existing_namespaces())
        raise NoLabError(
            f"lab {lab.name!r} has no host {host!r}; it has: {known or 'none, it is down'}"
        )
    if _is_machine(lab, host):
        argv = inside_machine(lab, host, command)
    else:
        info = require_info(lab)
        os.environ["KUBECONFIG"] = str(admin_kubeconfig(lab))
        os.environ["PATH"] = f"{Path(info.kubectl).parent}:{os.environ.get('PATH', '')}"
        argv = inside(lab, host, command)
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted
