"""Renders the transaction of one host: everything between a staged release and a verified one."""

import math
from dataclasses import replace
from pathlib import Path

from components.render.plan import READABLE_SECRETS, HostPlan
from components.render.shell import shell_environment
from components.render.transaction.content import file_digest, heredoc, release_digest
from components.render.transaction.family import HostFamily
from components.render.transaction.paths import HostPaths

TEMPLATES = shell_environment(Path(__file__).parent / "templates")

RUN_SCRIPT = '[ "$(id -u)" != 0 ] || exec sh -s; exec sudo -n sh -s'
"""The command that runs a script from standard input as root, for root and for a sudo user."""

VERIFY_SLACK_S = 10
"""Time for services to start and answer, on top of the VRRP timers, in seconds."""

DISK_HEADROOM_KIB = 1024
"""Free space a transaction asks for beyond its own files, for the log and its records."""


def render_transaction(
    plan: HostPlan,
    family: HostFamily,
    secrets_reference: str | None,
    paths: HostPaths | None = None,
) -> str:
    """One POSIX shell script for `RUN_SCRIPT`'s standard input; the same text for the same plan.

    Guarantees: nothing runs unless the last line arrived; nothing changes on the host when the
    preflight or a validation fails; a release that cannot be verified is rolled back, also when
    the script was killed (by the next one); a service whose files did not change is not touched.
    A service of the previous release that this plan does not have stops before a new one starts,
    and is disabled; a roll-back starts and enables it again.
    Standard output is what `parse_outputs` reads. Raises ValueError when the plan's secrets and
    `secrets_reference` do not fit, or a file cannot be carried.
    """
    if plan.has_secrets != (secrets_reference is not None):
        raise ValueError(
            f"plan of {plan.node}: has_secrets is {plan.has_secrets} and the secrets reference is"
            f" {secrets_reference}; give a reference exactly when the plan has secrets"
        )
    paths = paths or HostPaths()
    folder = f"{paths.root}/secrets/{secrets_reference}" if secrets_reference else None
    plan = replace(plan, files=plan.release_files(folder), secrets_pin=None)
    size_kib = sum(len(file.content.encode()) // 1024 + 4 for file in plan.files)
    return TEMPLATES.get_template("transaction.sh.j2").render(
        plan=plan,
        paths=paths,
        family=family,
        release=release_digest(plan, secrets_reference),
        secrets_reference=secrets_reference,
        readable_secrets=READABLE_SECRETS,
        packages=family.packages_for(plan.packages),
        directories=sorted({str(Path(path).parent) for path in _paths(plan)}),
        heredoc=heredoc,
        file_digest=file_digest,
        needed_kib=2 * size_kib + DISK_HEADROOM_KIB,
        verify_seconds=math.ceil(max(plan.settle_seconds, plan.vrrp_quiet_seconds))
        + VERIFY_SLACK_S,
        vrrp_quiet_ms=math.ceil(plan.vrrp_quiet_seconds * 1000),
    )


def _paths(plan: HostPlan) -> list[str]:
    secrets = [plan.secrets_link] if plan.secrets_link else []
    return [file.path for file in plan.files] + secrets
