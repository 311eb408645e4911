"""Settings of the pools behind SNI routes, of which nginx has one set for a listener."""

import pytest

from components.model.capabilities import Engine
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from tests.unit.models import sample

CHECK = {"kind": "tcp", "passive": True}


@pytest.mark.parametrize(
    ("setting", "value"), [("connectTimeoutMs", 500), ("retries", 1), ("sendProxy", "v1")]
)
def test_pools_of_sni_routes_with_settings_of_their_own_are_refused_before_nginx(
    setting: str, value: object
) -> None:
    assert _behind(Engine.HAPROXY, {setting: value})
    assert _behind(Engine.NGINX, {})
    with pytest.raises(ValueError, match=rf"pools\[b\]\.{setting} is {value}.*pool a: .*haproxy"):
        _behind(Engine.NGINX, {setting: value})


def _behind(engine: Engine, changes: dict[str, object]) -> LoadBalancer:
    pools = [
        {
            "name": name,
            "backends": [{"name": name, "address": f"198.18.0.2{number}"}],
            "healthCheck": CHECK,
        }
        for number, name in enumerate(("a", "b"))
    ]
    pools[1].update(changes)
    routes = [{"serverNames": [f"{pool['name']}.example.com"], "pool": pool} for pool in pools]
    listener = Listener.model_validate({"name": "tls", "port": 443, "sniRoutes": routes})
    return sample(engine=engine, listeners=(listener,))
