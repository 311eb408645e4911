"""Renders the command that takes everything off a host again."""

from components.render.plan import HostPlan
from components.render.transaction.family import HostFamily
from components.render.transaction.paths import HostPaths
from components.render.transaction.transaction import TEMPLATES


def render_removal(plan: HostPlan, family: HostFamily, paths: HostPaths | None = None) -> str:
    """A shell command, without secrets, for root or a sudo user.

    Stops the services in reverse order (the VIP moves before its engine goes), takes off drop-ins,
    releases, secrets and kernel settings, and purges the packages that transactions installed; one
    that another package needs stays. Succeeds when nothing is there. When something of ours is
    left, says what on standard error, fails, and keeps the records for the next removal.
    """
    return TEMPLATES.get_template("removal.sh.j2").render(
        plan=plan, family=family, paths=paths or HostPaths()
    )
