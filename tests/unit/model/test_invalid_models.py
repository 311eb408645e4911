"""One wrong value in an otherwise valid model is refused with an error that names the setting."""

from typing import Any

import pytest
from hypothesis import HealthCheck as Hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer
from tests.unit.any_models import HOSTILE, settings_of

TEXTS = [f"a{character}b" for character in HOSTILE] + ["", " ", "-a", "../a", "a" * 300]
NUMBERS = [-1, 10**9, "many", None, [], 1.5]
NETWORKS = ["10.0.0.1/8", "::ffff:10.0.0.0/104", "fe80::%a;b/64", "all", 7]

PLACES: dict[str, list[Any]] = {
    "name": TEXTS,
    "engine": ["apache", "", None],
    "maxConnections": [0, *NUMBERS],
    "hardStopAfterS": [0, *NUMBERS],
    "stats.user": TEXTS,
    "stats.port": [0, 65_536, *NUMBERS],
    "observability.reach": ["everybody", ""],
    "vips.0.address": ["198.18.0.300", "fe80::1%eth0\nx", "", 3],
    "vips.0.interface": [*TEXTS, "eth/0"],
    "nodes.0.addresses.0": ["198.18.0.11", "fe80::1%\n}/64", 3],
    "nodes.0.name": TEXTS,
    "vrrp.scriptFall": [0, *NUMBERS],
    "listeners.0.name": [*TEXTS, "statistics"],
    "listeners.0.port": [0, 65_536, 8405, *NUMBERS],
    "listeners.0.mode": ["udp", "", None],
    "listeners.0.timeouts.clientMs": [0, *NUMBERS],
    "listeners.0.allowedCidrs": [[network] for network in NETWORKS],
    "listeners.0.deniedCidrs": [[network] for network in NETWORKS],
    "listeners.0.acceptProxyFrom": [[network] for network in NETWORKS],
    "listeners.0.limits.connectionsPerSource": [0, 65_536, -1, "many", [], 1.5],
    "listeners.0.tyop": ["x"],
}


@pytest.mark.parametrize("place", PLACES)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[
        Hypothesis.too_slow,
        Hypothesis.large_base_example,
        Hypothesis.data_too_large,
    ],
)
@given(data=st.data())
def test_one_wrong_value_is_refused_by_the_name_of_its_setting(
    place: str, data: st.DataObject
) -> None:
    values = data.draw(settings_of(data.draw(st.sampled_from(Engine))))
    *parents, last = place.split(".")
    inner: Any = values
    for part in parents:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[int(last) if last.isdigit() else last] = data.draw(st.sampled_from(PLACES[place]))
    with pytest.raises(ValidationError) as error:
        LoadBalancer.model_validate(values)
    named = str([(fault["loc"], fault["msg"]) for fault in error.value.errors()])
    assert (parents[-1] if last.isdigit() else last) in named
