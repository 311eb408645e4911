"""Serves the policy pack to the engine; `PolicyPack(...)` blocks until the engine is done."""

from pulumi_policy import EnforcementLevel, PolicyPack
from rules.catalogue import POLICIES

PolicyPack(
    name="k8s-ha-lb",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=POLICIES,
)
