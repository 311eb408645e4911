"""Timing profiles: sets of timers that fit together."""

from enum import StrEnum

from components.model.base import Model
from components.model.vip import Vrrp


class ProfileName(StrEnum):
    """How fast faults are noticed, against how much jitter the network may have."""

    STANDARD = "standard"
    FAST = "fast"
    FASTEST = "fastest"


class Profile(Model):
    """Defaults of the timers; a setting of its own overrides each."""

    vrrp: Vrrp
    interval_ms: int
    fast_interval_ms: int
    timeout_ms: int
    fall: int
    rise: int
    fail_timeout_s: int
    connect_timeout_ms: int


PROFILES: dict[ProfileName, Profile] = {
    ProfileName.STANDARD: Profile(
        vrrp=Vrrp(advertisement_interval_ms=1000),
        interval_ms=2000,
        fast_interval_ms=1000,
        timeout_ms=2000,
        fall=2,
        rise=2,
        fail_timeout_s=5,
        connect_timeout_ms=1000,
    ),
    ProfileName.FAST: Profile(
        vrrp=Vrrp(advertisement_interval_ms=100),
        interval_ms=500,
        fast_interval_ms=500,
        timeout_ms=1000,
        fall=2,
        rise=2,
        fail_timeout_s=2,
        connect_timeout_ms=200,
    ),
    ProfileName.FASTEST: Profile(
        vrrp=Vrrp(advertisement_interval_ms=30),
        interval_ms=500,
        fast_interval_ms=250,
        timeout_ms=500,
        fall=2,
        rise=2,
        fail_timeout_s=1,
        connect_timeout_ms=200,
    ),
}
