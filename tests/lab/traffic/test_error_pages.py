"""Pages of the load balancer's own answers; a backend's pass."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.http import ErrorPage
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

ODD = "<p>Fünf \"hundert\" 'drei' % # $x {y} \\ ; ${HOME}</p>\n"
"""Everything that means something in a configuration file."""


@pytest.mark.proves(Feature.ERROR_PAGES)
def test_own_answers_have_the_page_and_those_of_backends_pass(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("web", family=family)
    pages = tuple(ErrorPage(status=s, content=f"{s} {ODD}") for s in (404, 413, 503, 502))
    route = {"path": "/status", "pool": pool(server.backend())}
    limited = {"errorPages": pages, "maxBodyBytes": 10}
    served = listener(None, mode="http", routes=(route,), http=limited)
    traffic.edge(balancer(engine, served))
    client = traffic.client(family=family)
    body = get("/status/200", "Content-Length: 11", method="POST")
    for status, request in ((404, get("/else")), (413, body)):
        answer = exchange(client, PORT, request)
        assert (answer.status, answer.body.decode()) == (status, f"{status} {ODD}")
        assert answer.headers["content-type"].startswith("text/html")
    for status in (404, 503):
        answer = exchange(client, PORT, get(f"/status/{status}"))
        assert (answer.status, answer.body) == (status, b"as asked\n")
        assert answer.headers["x-served-by"] == "web"


@pytest.mark.proves(Feature.ERROR_PAGES, Feature.REJECT_WHEN_EMPTY)
def test_clients_are_told_at_once_and_with_the_page_that_no_backend_is_up(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("web", family=family)
    pages = tuple(ErrorPage(status=status, content=ODD) for status in (502, 503))
    served = listener(pool(server.backend()), mode="http", http={"errorPages": pages})
    traffic.edge(balancer(engine, served))
    client = traffic.client(family=family)
    assert exchange(client, PORT, get("/")).status == 200
    server.stop()
    answer = exchange(client, PORT, get("/"))
    assert (answer.status in (502, 503), answer.body.decode()) == (True, ODD)
    server.start()
    wait_until(
        "the backend serves again", lambda: exchange(client, PORT, get("/")).status == 200, 5
    )
