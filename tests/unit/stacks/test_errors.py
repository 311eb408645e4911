"""Errors name settings as the stack file has them, all at once, in words."""

from pathlib import Path

import pytest

from stacks.errors import SettingsError
from stacks.patterns import WORDS
from stacks.reference import settings_reference
from stacks.settings import parse_settings
from tests.unit.stacks.raw_settings import endpoint, listener

WEB = listener()["pool"]


def told(**settings: object) -> list[str]:
    """The lines of the error that these settings of the control plane make."""
    with pytest.raises(SettingsError) as error:
        parse_settings(endpoint(**settings), Path())
    return [line.strip() for line in str(error.value).splitlines()[1:]]


def test_all_that_an_engine_cannot_do_is_told_at_once() -> None:
    web = listener(limits={"connectionRatePerSource": 5})
    web["pool"]["persistence"] = {"kind": "source"}
    lines = told(engine="nginx", slowStartMs=5, listeners=[web])
    assert [line.split(" is ")[0].removeprefix("in controlPlane: ") for line in lines] == [
        "controlPlane.healthCheck",
        "controlPlane.slowStartMs",
        "listeners[web].limits.connectionRatePerSource",
        "pools[web].persistence.kind",
    ]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"observability": {"port": 6443}}, "controlPlane.port uses it too"),
        ({"backends": [{"name": "a", "address": "10.0.0.1"}] * 2}, "backends of controlPlane "),
    ],
)
def test_what_the_program_makes_of_the_control_plane_is_not_named(
    settings: dict[str, object], line: str
) -> None:
    (only,) = told(**settings)
    assert line in only
    assert "kube-apiserver]" not in only
    assert "control-plane-backends" not in only


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"allowedCidrs": ["10.0.0.1/8"]},
            "in controlPlane.allowedCidrs[0]: network is 10.0.0.1/8: it has bits behind its prefix;"
            " write 10.0.0.0/8",
        ),
        ({"backends": []}, "controlPlane.backends is empty: at least 1 is needed; add one"),
        (
            {"name": "A b"},
            "controlPlane.name is 'A b': it is no name of 1 to 63 small letters, digits and -, with"
            " a letter first and no - at the end; write it so",
        ),
        (
            {"listeners": [listener(tls={"names": ["a_b"], "certificates": []})]},
            "controlPlane.listeners[0].tls.certificates is empty: at least 1 is needed; add one",
        ),
        (
            {"listeners": [listener(sniRoutes=[{"serverNames": ["a_b"], "pool": WEB}])]},
            "controlPlane.listeners[0].sniRoutes[0].serverNames[0] is 'a_b': it is no DNS name of"
            " letters, digits, - and ., or `*.` and such a name; write it so",
        ),
    ],
)
def test_an_error_says_what_to_write(settings: dict[str, object], line: str) -> None:
    assert line in told(**settings)


def test_a_cookie_name_is_refused_where_no_cookie_is_set() -> None:
    web = listener(mode="http")
    web["pool"]["persistence"] = {"kind": "source", "cookieName": "stick"}
    (line,) = told(listeners=[web])
    assert "persistence.cookieName is stick: persistence.kind is source" in line


def test_every_pattern_is_told_in_words() -> None:
    reference = settings_reference()
    assert "text that matches" not in reference
    assert [words for words in WORDS.values() if words not in reference] == []
