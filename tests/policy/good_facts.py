"""Facts of a good control plane, as its component registers them; made by the real model."""

import json
from typing import Any

from components.model.budget.budget import failover_budget
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.profile import ProfileName
from components.render.facts import policy_facts
from tests.unit.models import sample

TYPE = "k8s-ha-lb:control_plane:ControlPlane"


def control_plane_facts(profile: ProfileName = ProfileName.FAST) -> dict[str, Any]:
    """Inputs and outputs of a control plane with this profile; each call gives fresh data."""
    (listener,) = sample(profile).listeners
    values = {"name": listener.name, "port": listener.port, "pool": listener.pool}
    limited = Listener.model_validate({**values, "allowed_cidrs": ["198.18.0.0/15", "2001:2::/48"]})
    return facts_of(sample(profile, listeners=(limited,)), worst_outage_ms=10_000)


def facts_of(lb: LoadBalancer, *, worst_outage_ms: int) -> dict[str, Any]:
    """What the component of a control plane with this model registers."""
    facts = policy_facts(
        lb, failover_budget(lb), worst_outage_ms=worst_outage_ms, accepted_unbounded=()
    )
    return json.loads(json.dumps(facts))


def changed(path: str, value: object, **facts: Any) -> dict[str, Any]:
    """Good facts with one value set; `path` is dotted, numbers count list elements from 0."""
    return _set(control_plane_facts() | facts, path, value)


def without(path: str) -> dict[str, Any]:
    """Good facts with one value left out."""
    facts = control_plane_facts()
    place, last = _place(facts, path)
    del place[last]
    return facts


def _set(facts: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    place, last = _place(facts, path)
    place[last] = value
    return facts


def _place(facts: dict[str, Any], path: str) -> tuple[Any, Any]:
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    place: Any = facts
    for key in parents:
        place = place[key]
    return place, last
