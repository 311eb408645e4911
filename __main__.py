"""One screen: settings -> components -> outputs."""

from datetime import UTC, datetime
from pathlib import Path

import pulumi

from components.control_plane import ControlPlane, ControlPlaneArgs
from components.model.budget.budget import failover_budget
from components.render.budget_table import render_budget_table
from stacks.contract import contract
from stacks.errors import SettingsError
from stacks.load import load_private_key, load_secrets, load_settings

project = Path(__file__).parent
try:
    settings = load_settings(project)
    private_key = load_private_key(settings, project)
    secrets = load_secrets(settings.control_plane.load_balancer(), datetime.now(UTC))
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None

control_plane = settings.control_plane
load_balancer = control_plane.load_balancer()
budget = failover_budget(load_balancer)
if pulumi.runtime.is_dry_run():
    pulumi.info(render_budget_table(load_balancer.name, budget))

endpoint = ControlPlane(
    control_plane.name,
    ControlPlaneArgs(
        load_balancer=load_balancer,
        machines=control_plane.machines(project),
        private_key=private_key,
        secrets=secrets,
        worst_outage_ms=settings.slo.worst_outage_ms,
        accepted_unbounded=settings.slo.accepted_unbounded,
    ),
)

outputs = contract(load_balancer, budget, control_plane.host_name)
for name, value in outputs.model_dump(mode="json", by_alias=True).items():
    pulumi.export(name, value)
pulumi.export("releases", endpoint.releases)
