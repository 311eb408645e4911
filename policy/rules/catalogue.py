"""Every rule of the pack, in the order of the documentation."""

from types import ModuleType

from pulumi_policy import Policy

from . import (
    api_tunnel_timeout,
    at_least_two_backends,
    at_least_two_backends_f5,
    health_check_honest,
    health_check_present,
    host_key_verified,
    no_secret_in_command,
    priorities_decide,
    two_load_balancer_nodes,
    vip_unique_and_sane,
    vrid_unique,
    within_slo,
)
from .pack.rule import Rule

MODULES: tuple[ModuleType, ...] = (
    at_least_two_backends,
    at_least_two_backends_f5,
    health_check_present,
    health_check_honest,
    two_load_balancer_nodes,
    priorities_decide,
    vrid_unique,
    vip_unique_and_sane,
    api_tunnel_timeout,
    within_slo,
    host_key_verified,
    no_secret_in_command,
)
RULES: list[Rule] = [module.RULE for module in MODULES]
POLICIES: list[Policy] = [module.POLICY for module in MODULES]
