"""What an engine lacks is refused with the setting that asks for it and the alternative."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from tests.authority import Authority
from tests.unit.models import sample

TWO = [{"name": "a", "address": "198.18.0.21"}, {"name": "b", "address": "198.18.0.22"}]
OTHER = {"name": "other", "backends": TWO[:1], "retries": 7}

ASKING: dict[Feature, tuple[dict[str, Any], dict[str, Any]]] = {
    Feature.ACTIVE_CHECKS: ({"healthCheck": {"kind": "tcp"}}, {}),
    Feature.CLOSE_DEAD_SESSIONS: ({"closeSessionsOfDeadBackend": True}, {}),
    Feature.BACKUP_WITH_SOURCE_HASH: (
        {"balance": "source_hash", "backends": [TWO[0], TWO[1] | {"backup": True}]},
        {},
    ),
    Feature.CLOSE_WHEN_EMPTY: ({"rejectWhenEmpty": False}, {}),
    Feature.SLOW_START: ({"slowStartMs": 1000}, {}),
    Feature.QUEUE: ({"backends": [TWO[0] | {"maxConnections": 10}]}, {}),
    Feature.COOKIE_PERSISTENCE: ({"persistence": {"kind": "cookie"}}, {"mode": "http"}),
    Feature.SOURCE_PERSISTENCE: ({"persistence": {"kind": "source"}}, {}),
    Feature.SEND_PROXY_V2: ({"sendProxy": "v2"}, {}),
    Feature.SEND_PROXY_HTTP: ({"sendProxy": "v1"}, {"mode": "http"}),
    Feature.CONNECTION_RATE: ({}, {"limits": {"connectionRatePerSource": 5}}),
    Feature.SNI_POOL_SETTINGS: (
        {},
        {"sniRoutes": [{"serverNames": ["a.example.com"], "pool": OTHER}]},
    ),
    Feature.GRPC_BODY_LIMIT: (
        {"protocol": "h2"},
        {
            "mode": "http",
            "http": {"maxBodyBytes": 1000},
            "tls": {"certificates": [{"name": "a", "chain": Authority("ca").server("a").chain}]},
        },
    ),
}
"""For each feature the settings of a pool and of its listener that ask for it."""

SEEN_WITH_TRAFFIC = {Feature.CONNECTION_LIMIT, Feature.METRICS, Feature.SESSION_TIMING}
"""No setting asks for these: tests/lab/traffic shows that the running engine has none."""

MISSING = [(engine, feature) for engine in Engine for feature in CAPABILITIES[engine].missing]
ASKED = [(engine, feature) for engine, feature in MISSING if feature not in SEEN_WITH_TRAFFIC]


def test_every_missing_feature_has_settings_that_ask_for_it_or_is_seen_with_traffic() -> None:
    assert {feature for _, feature in ASKED} == set(ASKING)


def asking(engine: Engine, feature: Feature) -> dict[str, Any]:
    """A load balancer whose settings ask for the feature, and for nothing else unusual."""
    of_pool, of_listener = ASKING[feature]
    pool = {"name": "pool", "backends": TWO} | of_pool
    listener = {"name": "front", "port": 80, "pool": pool} | of_listener
    values = sample().model_dump(mode="json", by_alias=True)
    return values | {"engine": engine.value, "listeners": [listener]}


@pytest.mark.parametrize(("engine", "feature"), ASKED)
def test_a_setting_that_asks_for_it_is_refused_with_the_alternative(
    engine: Engine, feature: Feature
) -> None:
    missing = CAPABILITIES[engine].missing[feature]
    with pytest.raises(ValidationError) as error:
        LoadBalancer.model_validate(asking(engine, feature))
    (fault,) = error.value.errors()
    assert fault["msg"].endswith(f"{missing.why}; {missing.instead}")


@pytest.mark.parametrize(("engine", "feature"), ASKED)
def test_the_same_settings_are_served_by_an_engine_that_has_it(
    engine: Engine, feature: Feature
) -> None:
    others = [other for other in Engine if CAPABILITIES[other].has(feature)]
    assert others, f"{feature.value} is missing everywhere, and the alternative names an engine"
    for other in others:
        assert LoadBalancer.model_validate(asking(other, feature)).engine is other
