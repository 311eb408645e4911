"""Runs Pulumi for a lab, from the operator's namespace, with a backend inside the lab's folder."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from lab.commands import CommandError
from lab.fabric.namespaces import inside
from lab.parts import Engine, Parts
from lab.processes import identify
from lab.records import Record, read_record, record_path, stop, write_record
from lab.stack_file import stack_file, stack_home
from lab.state import CHECKOUT, Lab

LAB_ONLY_PASSPHRASE = "lab-only-passphrase"  # noqa: S105 - guards nothing: state and key share a folder
POLICY_PACK = CHECKOUT / "policy"
UP = ("--yes", "--policy-pack", str(POLICY_PACK), "--suppress-progress", "--suppress-outputs")
RUN_NAME = "pulumi"
INTERRUPT_S = 30.0
"""How long an abandoned `pulumi` may take to finish what it has begun on the hosts."""


def environment(lab: Lab, engine: Engine | Parts) -> dict[str, str]:
    """The variables Pulumi needs to work on this lab's stack."""
    extra = engine.pulumi_environment if isinstance(engine, Parts) else engine.environment
    return {
        **os.environ,
        "PULUMI_BACKEND_URL": f"file://{lab.backend}",
        "PULUMI_CONFIG_PASSPHRASE": LAB_ONLY_PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **extra,
    }


def command(
    lab: Lab, engine: Engine | Parts, arguments: Sequence[str], *, project: Path = CHECKOUT
) -> list[str]:
    """`pulumi ARGUMENTS` as it runs in the operator's namespace."""
    common = ["--non-interactive", "--color", "never", "--cwd", str(project)]
    return inside(lab, "operator", [str(engine.pulumi), *arguments, *common])


def run_pulumi(
    lab: Lab,
    engine: Engine | Parts,
    arguments: Sequence[str],
    *,
    log: Path,
    project: Path = CHECKOUT,
    show: Callable[[str], None] = lambda _: None,
) -> str:
    """Output of `pulumi ARGUMENTS`, also given to `show` line by line and appended to `log`.

    The process is on record meanwhile, so that another `up` can end it when this one is killed.
    Raises CommandError, with what Pulumi says of the failure, on a status other than 0.
    """
    argv = command(lab, engine, arguments, project=project)
    lines: list[str] = []
    with log.open("a") as file:
        pulumi = subprocess.Popen(
            argv,
            env=environment(lab, engine),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        process = identify(pulumi.pid)
        if process is not None:
            write_record(lab, Record(RUN_NAME, process, tuple(argv), log))
        with pulumi:
            try:
                for line in pulumi.stdout or ():
                    file.write(line)
                    file.flush()
                    lines.append(line)
                    show(line.rstrip("\n"))
            except KeyboardInterrupt:
                # Pulumi ends in order: it finishes what it has begun on a host.
                pulumi.send_signal(signal.SIGINT)
                raise
    record_path(lab, RUN_NAME).unlink(missing_ok=True)
    if pulumi.returncode != 0:
        raise CommandError(["pulumi", *arguments], pulumi.returncode, _errors(lines))
    return "".join(lines)


def _errors(lines: Sequence[str]) -> str:
    text = "".join(lines)
    diagnostics = text.rpartition("\nDiagnostics:\n")[2].partition("\nResources:\n")[0]
    said = [line.strip() for line in diagnostics.splitlines() if line.strip()]
    return "\n  ".join(dict.fromkeys(said or [line.strip() for line in lines[-5:]]))


def recover(lab: Lab, engine: Engine | Parts, *, log: Path) -> None:
    """Clears what a killed `up` left: a Pulumi that still runs, and the lock of one that does not.

    Only for the holder of the lab's lock: whatever runs now was abandoned.
    """
    record = read_record(lab, RUN_NAME)
    if record is not None:
        stop(record, grace_s=INTERRUPT_S)
        record_path(lab, RUN_NAME).unlink(missing_ok=True)
    if any((lab.backend / ".pulumi" / "locks").rglob("*.json")):
        run_pulumi(lab, engine, ["cancel", "--yes", "--stack", lab.name], log=log)


def bring_up(lab: Lab, engine: Engine | Parts, *, log: Path, show: Callable[[str], None]) -> None:
    """`pulumi up` with the policy pack in the way; makes the stack first. Raises CommandError."""
    settings = stack_file(lab)
    home = stack_home(lab)
    stacks = json.loads(run_pulumi(lab, engine, ["stack", "ls", "--json"], log=log, project=home))
    if lab.name not in {stack["name"] for stack in stacks}:
        run_pulumi(lab, engine, ["stack", "init", "--no-select", lab.name], log=log, project=home)
    arguments = ["--stack", lab.name, "--config-file", str(settings), *UP]
    run_pulumi(lab, engine, ["up", *arguments], log=log, show=show)
