"""`hactl doctor`: where every part comes from, what is missing, and the command that fixes it."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab.parts.catalogue import DEFAULT_KUBERNETES
from lab.parts.errors import PartError
from lab.parts.network import Network
from lab.parts.requirements_check import Finding, machine_findings
from lab.parts.survey import PartReport, survey
from lab.parts.system_packages import ensure_system_packages


def doctor(
    kubernetes: Annotated[
        str, typer.Option(help="Kubernetes minor version of the lab.")
    ] = DEFAULT_KUBERNETES,
    install: Annotated[
        bool, typer.Option("--install", help="Install missing system packages first (root).")
    ] = False,
) -> None:
    """Show where every part comes from and what this machine lacks; exit code 1 if it lacks any."""
    console = Console()
    try:
        if install:
            ensure_system_packages(lambda line: console.print(line, markup=False))
        parts = list(survey(kubernetes, Network()))
    except PartError as problem:
        console.print(f"[red]{problem}[/red]", soft_wrap=True)
        raise typer.Exit(1) from problem
    findings = list(machine_findings(everything_cached=all(part.path for part in parts)))
    console.print(_parts_table(parts))
    console.print(_machine_table(findings))
    broken = [finding for finding in findings if finding.fix]
    for finding in broken:
        console.print(f"[red]{finding.name}:[/red] {finding.fix}", soft_wrap=True)
    if broken:
        raise typer.Exit(1)
    console.print("[green]This machine has what the lab needs.[/green]")


def _parts_table(parts: list[PartReport]) -> Table:
    table = Table(title="Parts", title_justify="left")
    table.add_column("part", no_wrap=True)
    table.add_column("version", no_wrap=True)
    for column in ("route", "path"):
        table.add_column(column, overflow="fold")
    for part in parts:
        table.add_row(
            part.name, part.version, part.route, part.path or "[yellow]made by `make up`[/yellow]"
        )
    return table


def _machine_table(findings: list[Finding]) -> Table:
    table = Table(title="Machine", title_justify="left")
    for column in ("needed", "found", ""):
        table.add_column(column, overflow="fold")
    for finding in findings:
        state = "[red]missing[/red]" if finding.fix else "[green]ok[/green]"
        table.add_row(finding.name, finding.found, state)
    return table
