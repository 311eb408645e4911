"""Every rule of the pack, in the order of the documentation."""

from types import ModuleType

from pulumi_policy import Policy

from . import (
    api_no_persistence,
    api_tunnel_timeout,
    at_least_two_backends,
    at_least_two_backends_f5,
    backend_detection_beats_vip,
    config_within_limits,
    dead_sessions_closed,
    ejection_beats_apiserver_shutdown,
    health_check_active,
    health_check_honest,
    health_check_present,
    host_key_verified,
    no_secret_in_command,
    priorities_decide,
    proxy_protocol_paired,
    reject_when_empty,
    sources_limited,
    stats_not_exposed,
    tls_minimum,
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
    health_check_active,
    two_load_balancer_nodes,
    priorities_decide,
    vrid_unique,
    vip_unique_and_sane,
    backend_detection_beats_vip,
    ejection_beats_apiserver_shutdown,
    within_slo,
    api_tunnel_timeout,
    api_no_persistence,
    dead_sessions_closed,
    reject_when_empty,
    tls_minimum,
    proxy_protocol_paired,
    sources_limited,
    stats_not_exposed,
    config_within_limits,
    host_key_verified,
    no_secret_in_command,
)
RULES: list[Rule] = [module.RULE for module in MODULES]
POLICIES: list[Policy] = [module.POLICY for module in MODULES]
