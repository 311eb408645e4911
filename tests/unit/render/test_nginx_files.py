"""nginx.conf of a small and of a rich model."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from components.model.backend import Backend
from components.model.capabilities import Engine
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.node import OsFamily
from components.model.tls import Certificate
from components.render.host import host_plan
from components.render.nginx.configuration import render_nginx
from components.render.nginx.upstream import server
from tests.authority import Authority
from tests.unit.models import sample

AUTHORITY = Authority("nginx files")
CHECK = {"kind": "tcp", "passive": True, "maxFails": 2, "failTimeoutS": 5}


def _pool(name: str, *numbers: int, **settings: object) -> dict[str, object]:
    backends = [{"name": f"{name}{n}", "address": f"198.18.0.{n}", "port": 80} for n in numbers]
    return {"name": name, "backends": backends, "healthCheck": CHECK, **settings}


def _certificate(name: str, *names: str) -> dict[str, str]:
    return {"name": name, "chain": AUTHORITY.server(*names).chain}


def _small() -> LoadBalancer:
    listener = {"name": "kube-apiserver", "port": 6443, "pool": _pool("apiservers", 21, 22, 23)}
    return sample(engine=Engine.NGINX, listeners=(Listener.model_validate(listener),))


SECURE = {"serverName": "inside", "ca": AUTHORITY.certificate}
PROXIES = ["198.18.0.0/24", "2001:2::/48"]
RICH: list[dict[str, object]] = [
    {
        "name": "web",
        "port": 443,
        "mode": "http",
        "pool": _pool("web", 31, 32, balance="least_connections"),
        "routes": [
            {"hosts": ["*.example.com"], "path": "/api", "pool": _pool("api", 33, tls=SECURE)},
            {"path": "/a%20$b;", "pathMatch": "exact", "pool": _pool("api", 33, tls=SECURE)},
            {"hosts": ["rpc.example.com"], "pool": _pool("rpc", 34, protocol="h2")},
        ],
        "tls": {
            "certificates": [
                _certificate("one", "rpc.example.com"),
                _certificate("two", "*.example.com"),
            ],
            "clientAuthority": AUTHORITY.certificate,
        },
        "http": {
            "forwarded": True,
            "maxBodyBytes": 1000,
            "hstsMaxAgeS": 60,
            "errorPages": [{"status": 503, "content": "later"}],
        },
        "limits": {"connectionsPerSource": 10, "requestRatePerSource": 5},
        "allowedCidrs": ["198.18.0.0/15"],
        "deniedCidrs": ["198.18.0.66/32"],
        "acceptProxyFrom": PROXIES,
    },
    {"name": "plain", "port": 80, "mode": "http", "http": {"redirectToHttpsPort": 443}},
    {
        "name": "ended",
        "port": 8883,
        "pool": _pool("ended", 41, sendProxy="v1", tls=SECURE, balance="source_hash", retries=0),
        "tls": {
            "certificates": [_certificate("three", "a.example.org"), _certificate("four", "*.b.c")],
            "profile": "modern",
        },
        "limits": {"connectionsPerSource": 3},
        "deniedCidrs": ["2001:2:0:66::/64"],
        "acceptProxyFrom": PROXIES,
    },
    {
        "name": "passed-through",
        "port": 8443,
        "sniRoutes": [{"serverNames": ["x.y", "*.z", "default"], "pool": _pool("through", 51)}],
    },
]


def _rich(listeners: list[dict[str, object]]) -> LoadBalancer:
    return sample(
        engine=Engine.NGINX, listeners=tuple(Listener.model_validate(x) for x in listeners)
    )


@pytest.mark.parametrize("which", ["small", "rich"])
def test_the_configuration_is_as_reviewed(which: str, snapshot: SnapshotAssertion) -> None:
    lb = _small() if which == "small" else _rich(RICH)
    conf = host_plan(lb, lb.nodes[0]).files[0]
    assert conf.path == "nginx/nginx.conf"
    revision = host_plan(lb, lb.nodes[0]).revision
    assert conf.content.replace(revision, "REVISION") == snapshot


def test_order_without_a_meaning_gives_equal_bytes() -> None:
    web = RICH[0]
    shuffled = {
        key: value[::-1] if isinstance(value, list) else value for key, value in web.items()
    }
    lb, other = _rich([web]), _rich([shuffled])
    assert render_nginx(lb, lb.nodes[0]) == render_nginx(other, lb.nodes[0])


def test_a_new_certificate_and_a_new_page_are_new_revisions() -> None:
    lb = _rich(RICH)
    web, *others = lb.listeners
    assert web.tls is not None
    one, two = web.tls.certificates
    new = Certificate(name=one.name, chain=AUTHORITY.server("rpc.example.com").chain)
    tls = web.tls.model_copy(update={"certificates": (new, two)})
    pages = web.http.model_copy(
        update={"error_pages": (web.http.error_pages[0].model_copy(update={"content": "soon"}),)}
    )
    found = {
        render_nginx(
            lb.model_copy(update={"listeners": (web.model_copy(update=change), *others)}),
            lb.nodes[0],
        )[1]
        for change in ({}, {"tls": tls}, {"http": pages})
    }
    assert len(found) == 3


def test_workers_read_the_password_and_the_certificates_that_they_choose_from() -> None:
    lb = _rich(RICH)
    plan = host_plan(lb, lb.nodes[0])
    assert plan.engine_readable_secrets == (
        "htpasswd",
        "certificate-three.pem",
        "certificate-four.pem",
    )
    assert plan.engine_group == "www-data"
    rhel = lb.nodes[0].model_copy(update={"family": OsFamily.RHEL})
    assert host_plan(lb, rhel).engine_group == "nginx"
    assert "load_module /usr/lib64/" in host_plan(lb, rhel).files[0].content


def test_what_workers_read_is_of_their_own_release_also_once_current_has_moved_on() -> None:
    lb = _rich(RICH)
    plan = host_plan(lb, lb.nodes[0])
    files = {file.path: file for file in plan.release_files("/etc/k8s-ha-lb/secrets/0123")}
    pin = files["nginx/secrets-folder.conf"]
    assert files["readable-secrets"].content.split() == list(plan.engine_readable_secrets)
    assert "default /etc/k8s-ha-lb/secrets/0123;" in pin.content
    conf = plan.files[0].content
    assert "include secrets-folder.conf;" in conf
    for name in ("three", "four"):
        assert re.findall(rf"\S*certificate-{name}.pem", conf) == [
            f"$secrets_folder/certificate-{name}.pem"
        ] * conf.count(f"certificate-{name}.pem")


def test_where_workers_read_no_certificate_nothing_is_pinned() -> None:
    lb = _small()
    plan = host_plan(lb, lb.nodes[0])
    assert plan.secrets_pin is None
    assert "$secrets_folder" not in plan.files[0].content


def test_weights_are_as_small_as_they_can_be_and_states_have_their_words() -> None:
    def backend(name: str, **settings: object) -> Backend:
        return Backend.model_validate({"name": name, "address": "198.18.0.9", **settings})

    pool = (
        _small()
        .pools[0]
        .model_copy(
            update={
                "backends": (
                    backend("a", weight=100, drain=True),
                    backend("b", weight=50, backup=True),
                )
            }
        )
    )
    a, b = pool.backends
    assert server(pool, a).endswith(" weight=2 max_fails=2 fail_timeout=5s down")
    assert server(pool, b).endswith(" weight=1 max_fails=2 fail_timeout=5s backup")
    unchecked = pool.model_copy(update={"health_check": None, "backends": (b,)})
    assert server(unchecked, b).endswith(" weight=1 max_fails=0")
