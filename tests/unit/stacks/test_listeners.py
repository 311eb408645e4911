"""Further listeners, the API listener's own options, and the engine as one setting."""

from pathlib import Path
from typing import Any

import pytest

from components.model.budget.fault import Fault
from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer
from components.model.pool import Pool
from components.model.profile import PROFILES, ProfileName
from stacks.errors import SettingsError
from stacks.settings import parse_settings
from tests.authority import Authority
from tests.unit.stacks.raw_settings import endpoint, listener, raw


def made(**settings: object) -> LoadBalancer:
    return parse_settings(endpoint(**settings), Path()).control_plane.load_balancer()


def pool(name: str, **settings: object) -> dict[str, Any]:
    return {"name": name, "backends": [{"name": "b1", "address": "198.18.0.31"}], **settings}


def timers(of: Pool) -> tuple[int | None, ...]:
    check = of.health_check
    assert check is not None
    return (of.connect_timeout_ms, check.interval_ms, check.timeout_ms, check.fall)


@pytest.mark.parametrize("name", list(ProfileName))
def test_the_profile_fills_in_the_timers_of_every_pool(name: ProfileName) -> None:
    check = {"kind": "tcp"}
    web = listener(
        mode="http",
        pool=pool("default", healthCheck=check),
        routes=[{"hosts": ["a.test"], "pool": pool("routed", healthCheck=check)}],
    )
    tls = {
        "name": "tls",
        "port": 9443,
        "sniRoutes": [{"serverNames": ["b.test"], "pool": pool("named", healthCheck=check)}],
    }
    profile = PROFILES[name]
    expected = (
        profile.connect_timeout_ms,
        profile.interval_ms,
        profile.timeout_ms,
        profile.fall,
    )
    pools = made(profile=name.value, listeners=[web, tls]).pools
    assert {p.name: timers(p) for p in pools[1:]} == dict.fromkeys(
        ("default", "routed", "named"), expected
    )


def test_a_pool_keeps_timers_of_its_own_and_stays_without_a_check() -> None:
    own = pool("web", connectTimeoutMs=77, healthCheck={"kind": "tcp", "fall": 9})
    bare = listener(name="bare", port=8444, pool=pool("bare"))
    lb = made(listeners=[listener(pool=own), bare])
    assert timers(lb.pools[1])[0] == 77
    assert timers(lb.pools[1])[3] == 9
    assert lb.pools[2].health_check is None


def test_the_api_listener_takes_filters_limits_and_proxy_headers() -> None:
    api = made(
        allowedCidrs=["198.18.0.0/15"],
        deniedCidrs=["198.18.9.0/24"],
        acceptProxyFrom=["198.18.0.1/32"],
        limits={"connectionsPerSource": 7},
        rejectWhenEmpty=False,
        closeSessionsOfDeadBackend=False,
    ).listeners[0]
    assert [str(n) for n in api.allowed_cidrs] == ["198.18.0.0/15"]
    assert [str(n) for n in api.denied_cidrs] == ["198.18.9.0/24"]
    assert [str(n) for n in api.accept_proxy_from] == ["198.18.0.1/32"]
    assert api.limits.connections_per_source == 7
    assert not api.pools[0].reject_when_empty
    assert api.pools[0].close_sessions_of_dead_backend is False


def test_a_stack_with_passive_checks_changes_its_engine_by_one_setting() -> None:
    check = {"ca": "PEM", "passive": True}
    assert made(healthCheck=check).engine is Engine.HAPROXY
    assert made(healthCheck=check, engine="nginx").engine is Engine.NGINX


def test_unbounded_outages_are_accepted_by_the_name_of_their_fault() -> None:
    def change(r: dict[str, Any]) -> None:
        r["slo"] = {"acceptedUnbounded": ["backend-hung"]}

    assert parse_settings(raw(change), Path()).slo.accepted_unbounded == (Fault.BACKEND_HUNG,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"engine": "nginx"}, r"\n  controlPlane\.healthCheck is an active https check: .*passive"),
        (
            {"engine": "nginx", "healthCheck": {"ca": "PEM", "passive": True}, "slowStartMs": 5},
            r"slowStartMs is 5: slow start is part of commercial nginx; leave slowStartMs out",
        ),
        ({"engine": "traefik"}, r"controlPlane\.engine is 'traefik': .*'haproxy' or 'nginx'"),
        (
            {"allowedCidrs": ["198.18.0.1/15"]},
            r"controlPlane\.allowedCidrs\[0\]: network is 198\.18\.0\.1/15: .*; write 198\.18\.0",
        ),
        (
            {"allowedCidrs": ["all"]},
            r"controlPlane\.allowedCidrs\[0\] is 'all': .* valid IPv4 network and ",
        ),
        ({"allowedCidrs": "198.18.0.0/15"}, r"allowedCidrs is '198.*': Input should be a list"),
        ({"listeners": [listener(port=6443)]}, r"listeners\[web\]\.port is 6443: .*free port"),
        (
            {"listeners": [listener(pool=pool("control-plane-backends"))]},
            r"pool\.name is control-plane-backends: used twice",
        ),
        (
            {"listeners": [listener(routes=[{"pool": pool("x")}])]},
            r"listeners\[web\]\.routes is any host /: only mode http understands requests",
        ),
        (
            {"listeners": [listener(tls={"certificates": [{"name": "w", "chainFile": "no"}]})]},
            r"controlPlane\.listeners\[0\]\.tls\.certificates\[0\]\.chainFile is no: cannot be",
        ),
    ],
)
def test_an_error_names_the_setting_the_value_and_the_way_out(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_settings(endpoint(**settings), Path())


def test_a_private_key_among_the_certificates_is_refused_without_showing_it() -> None:
    issued = Authority("ca").server("a.test")
    chain = {"name": "web", "chain": issued.chain + issued.key}
    with pytest.raises(SettingsError, match="private key") as error:
        parse_settings(endpoint(listeners=[listener(tls={"certificates": [chain]})]), Path())
    assert issued.key.splitlines()[1] not in str(error.value)


def test_a_private_key_in_a_wrong_place_is_not_shown() -> None:
    key = Authority("ca").server("a.test").key
    with pytest.raises(SettingsError, match=r"port is a private key: .*integer") as error:
        parse_settings(endpoint(listeners=[listener(port=key)]), Path())
    assert key.splitlines()[1][:8] not in str(error.value)
