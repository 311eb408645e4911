"""One wrong value in an otherwise valid model is refused with an error that names the setting."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck as Hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer
from tests.unit.any_models import settings_of
from tests.unit.model.wrong_values import ANY_TEXT, HALF_HOSTILE, Setting, all_settings
from tests.unit.models import sample

SETTINGS = list(all_settings())
PLACES = sorted({each.path.removesuffix(each.name) for each in SETTINGS if not each.is_item})
NAMES = ("name", "nodes.0.name", "vips.0.interface", "listeners.0.name", "listeners.0.pool.name")


def test_every_setting_that_takes_any_text_is_one() -> None:
    assert {*ANY_TEXT, *HALF_HOSTILE, *NAMES} <= {each.path for each in SETTINGS}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.path)
def test_every_wrong_value_is_refused_by_the_name_of_its_setting(setting: Setting) -> None:
    for wrong in setting.wrong:
        assert setting.name in refusal(valid(), setting.path, wrong), wrong


@pytest.mark.parametrize("path", NAMES)
def test_a_name_that_a_command_would_take_for_an_option_is_refused(path: str) -> None:
    assert path.rpartition(".")[2] in refusal(valid(), path, "-a")


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("listeners.0.name", "statistics"),
        ("listeners.0.name", "health"),
        ("listeners.0.port", 8405),
    ],
)
def test_what_the_nodes_own_pages_have_is_refused(path: str, taken: object) -> None:
    assert path.rpartition(".")[2] in refusal(valid(), path, taken)


@pytest.mark.parametrize("place", PLACES)
def test_a_setting_that_nobody_knows_is_refused_by_its_name(place: str) -> None:
    assert "tyop" in refusal(valid(), f"{place}tyop", 1)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        Hypothesis.too_slow,
        Hypothesis.large_base_example,
        Hypothesis.data_too_large,
    ],
)
@given(data=st.data())
def test_one_wrong_value_spoils_any_valid_model(data: st.DataObject) -> None:
    values = data.draw(settings_of(data.draw(st.sampled_from(Engine))))
    setting = data.draw(st.sampled_from(SETTINGS))
    wrong = data.draw(st.sampled_from(setting.wrong))
    assert setting.name in refusal(values, setting.path, wrong)


def valid() -> dict[str, Any]:
    """Settings that the model accepts as they are."""
    return sample().model_dump(mode="json", by_alias=True)


def refusal(values: dict[str, Any], path: str, wrong: object) -> str:
    """Where and why the model refuses `values` with a wrong one in its place; what is on the way to
    it and missing is made."""
    put(values, path, wrong)
    with pytest.raises(ValidationError) as error:
        LoadBalancer.model_validate(values)
    return str([(fault["loc"], fault["msg"]) for fault in error.value.errors()])


def put(values: dict[str, Any], path: str, wrong: Any) -> None:
    *_, last = path.split(".")
    inner: Any = values
    for part, following in pairwise(path.split(".")):
        empty: Any = [] if following.isdigit() else {}
        if part.isdigit():
            if not inner:
                inner.append(empty)
            inner = inner[0]
        else:
            if not inner.get(part):
                inner[part] = empty
            inner = inner[part]
    if not last.isdigit():
        inner[last] = wrong
    elif inner:
        inner[0] = wrong
    else:
        inner.append(wrong)
