"""Timers that the profile fills in where a stack leaves them out."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from components.model.health_check import HealthCheck
from components.model.pool import Pool
from components.model.profile import PROFILES, Profile, ProfileName
from components.model.vip import Vrrp

_CHECK_TIMERS = frozenset(Profile.model_fields) & frozenset(HealthCheck.model_fields)


def fills_in(model: type[BaseModel], field: str) -> bool:
    """Whether the profile gives the default of this field, and not the model."""
    if model is HealthCheck:
        return field in _CHECK_TIMERS
    return model is Vrrp or (model is Pool and field == "connect_timeout_ms")


def profile_named(name: object) -> Profile:
    """The profile of that name; the standard one where the name is not right."""
    known = isinstance(name, str) and name in set(ProfileName)
    return PROFILES[ProfileName(name) if known else ProfileName.STANDARD]


def with_timers(given: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """The settings of a control plane with every timer; what is no object stays as it is."""
    filled: dict[str, Any] = {"vrrp": {}, "healthCheck": {}, **_pool(given, profile)}
    filled["vrrp"] = _over(profile.vrrp.model_dump(by_alias=True), filled["vrrp"])
    filled["healthCheck"] = _check(filled["healthCheck"], profile)
    if "listeners" in filled:
        filled["listeners"] = _pools_below(filled["listeners"], profile)
    return filled


def _pools_below(value: Any, profile: Profile) -> Any:
    if isinstance(value, list):
        return [_pools_below(item, profile) for item in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    inner = cast("Mapping[str, Any]", value)
    return {
        name: _pool(each, profile) if name == "pool" else _pools_below(each, profile)
        for name, each in inner.items()
    }


def _pool(value: Any, profile: Profile) -> Any:
    filled = _over({"connectTimeoutMs": profile.connect_timeout_ms}, value)
    if not isinstance(filled, Mapping):
        return filled
    pool = dict(cast("Mapping[str, Any]", filled))
    if "healthCheck" in pool:
        pool["healthCheck"] = _check(pool["healthCheck"], profile)
    return pool


def _check(value: Any, profile: Profile) -> Any:
    return _over(profile.model_dump(by_alias=True, include=set(_CHECK_TIMERS)), value)


def _over(defaults: Mapping[str, Any], value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {**defaults, **cast("Mapping[str, Any]", value)}
