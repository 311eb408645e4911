"""Private keys come from the stack's secrets alone and show in no error."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pulumi.runtime import config

from components.model.load_balancer import LoadBalancer, Stats
from stacks.errors import SettingsError
from stacks.load import load_secrets
from tests.authority import Authority
from tests.unit.models import sample
from tests.unit.tls_models import tls_listener

NAME = "k8s-ha-lb:tlsKeys"
ISSUED = Authority("ca").server("a.test")
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def own_configuration() -> Iterator[None]:
    """The configuration of the run, back as it was afterwards."""
    before = dict(config.CONFIG.get())
    yield
    config.set_all_config(before)


def configure(value: str | Mapping[str, str], *, secret: bool = True) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    config.set_all_config({NAME: text}, [NAME] if secret else [])


def lb() -> LoadBalancer:
    return sample(listeners=(tls_listener(web=ISSUED),), stats=Stats(enabled=False))


def test_keys_are_read_by_the_name_of_their_certificate() -> None:
    configure({"web": ISSUED.key})
    assert load_secrets(lb(), NOW).tls_keys == {"web": ISSUED.key}


@pytest.mark.parametrize("value", [ISSUED.key, json.dumps([ISSUED.key]), '{"web": {"key": "x"}}'])
def test_what_is_no_object_of_keys_is_refused_without_showing_it(value: str) -> None:
    configure(value)
    with pytest.raises(SettingsError, match=r"tlsKeys is not an object .*: set each with") as error:
        load_secrets(lb(), NOW)
    assert "PRIVATE" not in str(error.value)


def test_a_key_in_clear_in_the_stack_file_is_refused() -> None:
    configure({"web": ISSUED.key}, secret=False)
    with pytest.raises(SettingsError, match=r"tlsKeys is in clear .*: take it out; set each with"):
        load_secrets(lb(), NOW)


def test_every_fault_is_told_at_once() -> None:
    configure({"old": ISSUED.key})
    with pytest.raises(SettingsError) as error:
        load_secrets(lb(), NOW + timedelta(days=3))
    told = str(error.value)
    assert [line.split()[0] for line in told.splitlines()[1:]] == [
        "tlsKeys.web",
        "tlsKeys.old",
        "certificates[web].chain",
    ]
