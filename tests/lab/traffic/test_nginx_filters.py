"""Sources and limits in HTTP mode before everything that nginx itself answers."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.listener import Listener
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

ENGINE = pytest.mark.parametrize("engine", [Engine.NGINX], ids=str, indirect=True)
ALLOWED = ["198.18.0.100/31", "2001:2:0:1::100/127"]
DENIED = ["198.18.0.101/32", "2001:2:0:1::101/128"]
PAGE = {"status": 403, "content": "<p>not you</p>"}


def _listeners(traffic: Traffic, settings: Mapping[str, object]) -> dict[str, tuple[Listener, int]]:
    """One that proxies, one that finds nothing, one that redirects; and what each answers."""
    values: dict[str, Any] = {"mode": "http", **settings}
    backend = traffic.web_server("web").backend()
    away = [{"hosts": ["else.where"], "path": "/", "pool": pool(backend, name="away")}]
    return {
        "proxied": (listener(pool(backend), **values), httpx.codes.OK),
        "unmatched": (
            listener(None, port=PORT + 1, routes=away, **values),
            httpx.codes.NOT_FOUND,
        ),
    }


@ENGINE
@pytest.mark.proves(Feature.SOURCES_LIMITED, Feature.ERROR_PAGES)
def test_a_refused_source_gets_nothing_else_and_the_page_for_it(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    settings = {"allowed_cidrs": ALLOWED, "denied_cidrs": DENIED}
    listeners = _listeners(traffic, {**settings, "http": {"error_pages": [PAGE]}})
    http = {"error_pages": [PAGE], "redirect_to_https_port": 443}
    redirect = listener(None, port=PORT + 2, mode="http", **settings, http=http)
    listeners["redirected"] = (redirect, httpx.codes.PERMANENT_REDIRECT)
    traffic.edge(balancer(engine, *(x for x, _ in listeners.values())))
    for x, status in listeners.values():
        assert _ask(traffic.client(0, family=family), x).status_code == status
        for source, method in ((1, "GET"), (2, "GET"), (2, "POST")):
            refused = _ask(traffic.client(source, family=family), x, method)
            assert refused.status_code == httpx.codes.FORBIDDEN
            assert refused.text == PAGE["content"]
            assert refused.headers["content-type"] == "text/html; charset=utf-8"


@ENGINE
@pytest.mark.proves(Feature.REQUEST_RATE)
def test_requests_above_the_rate_are_refused_whoever_would_answer(
    traffic: Traffic, engine: Engine
) -> None:
    rate = 3
    listeners = _listeners(traffic, {"limits": {"request_rate_per_source": rate}})
    traffic.edge(balancer(engine, *(x for x, _ in listeners.values())))
    for x, status in listeners.values():
        greedy, modest = traffic.client(0), traffic.client(1)
        with greedy.http() as web:
            statuses = [web.get(f"http://any.host:{x.port}/").status_code for _ in range(20)]
        assert statuses[:rate] == [status] * rate
        assert httpx.codes.TOO_MANY_REQUESTS in statuses
        assert _ask(modest, x).status_code == status


@ENGINE
@pytest.mark.proves(Feature.CONNECTIONS_PER_SOURCE)
def test_only_so_many_requests_of_a_source_are_answered_at_the_same_time(
    traffic: Traffic, engine: Engine
) -> None:
    server = traffic.web_server("web")
    limited = listener(pool(server.backend()), mode="http", limits={"connections_per_source": 1})
    traffic.edge(balancer(engine, limited))
    url = f"http://any.host:{PORT}"
    with traffic.client().http() as web, web.stream("GET", f"{url}/stream/50") as held:
        chunks = held.iter_bytes()
        assert next(chunks)
        assert web.get(f"{url}/").status_code == httpx.codes.TOO_MANY_REQUESTS
        assert _ask(traffic.client(1), limited).status_code == httpx.codes.OK


def _ask(client: Client, x: Listener, method: str = "GET") -> httpx.Response:
    with client.http() as web:
        return web.request(method, f"http://any.host:{x.port}/")
