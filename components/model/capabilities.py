"""What each engine can do; what it cannot is refused in preview with the alternative."""

from enum import StrEnum

from components.model.base import Model
from components.model.health_check import HealthCheckKind
from components.model.listener import ListenerMode
from components.model.pool import Balance


class Engine(StrEnum):
    """The load-balancing program on a node."""

    HAPROXY = "haproxy"


class Capabilities(Model):
    """What an engine honours of the model."""

    modes: frozenset[ListenerMode]
    balances: frozenset[Balance]
    active_checks: frozenset[HealthCheckKind]
    descriptors_per_connection: int
    """File descriptors of one proxied connection."""
    descriptors_base: int
    """File descriptors of the engine itself (HAProxy 2.6: about 45 in trials, rounded up)."""


CAPABILITIES: dict[Engine, Capabilities] = {
    Engine.HAPROXY: Capabilities(
        modes=frozenset(ListenerMode),
        balances=frozenset(Balance),
        active_checks=frozenset(HealthCheckKind),
        descriptors_per_connection=2,
        descriptors_base=200,
    ),
}
