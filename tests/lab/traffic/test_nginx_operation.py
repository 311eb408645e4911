"""What an operator sees of nginx on a node."""

import re

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import Observability, Reach, Stats
from components.render.secrets import render_password_file
from lab.drill.waiting import wait_until
from tests.lab.traffic.addresses import EDGES, Family, addresses_of
from tests.lab.traffic.edge import Edge
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

PASSWORD = "s3cret"
ENGINE = pytest.mark.parametrize("engine", [Engine.NGINX], ids=str, indirect=True)


@ENGINE
@pytest.mark.proves(Feature.STATISTICS)
def test_the_statistics_need_the_password_and_an_allowed_source(
    traffic: Traffic, engine: Engine
) -> None:
    stats = Stats.model_validate({"reach": Reach.NODE, "allowedCidrs": ["198.18.0.100/32"]})
    server = traffic.line_server("a")
    lb = balancer(engine, listener(pool(server.backend())), stats=stats)
    edge = traffic.edge(lb, {"htpasswd": render_password_file(lb, PASSWORD)})
    node = next(a for a in addresses_of(EDGES[0]) if a.version == Family.IPV4)
    loopback, outside = (f"http://{host}:{stats.port}/" for host in ("127.0.0.1", node))
    shown = edge.get(loopback, auth=(stats.user, PASSWORD))
    assert (shown.status_code, shown.text.split(":")[0]) == (200, "Active connections")
    assert edge.get(loopback).status_code == httpx.codes.UNAUTHORIZED
    assert edge.get(loopback, auth=(stats.user, "x")).status_code == httpx.codes.UNAUTHORIZED
    refused = edge.get(outside, auth=(stats.user, PASSWORD))
    assert refused.status_code == httpx.codes.FORBIDDEN


@ENGINE
def test_there_are_no_metrics_and_no_version_to_see(traffic: Traffic, engine: Engine) -> None:
    server = traffic.line_server("a")
    edge = traffic.edge(balancer(engine, listener(pool(server.backend()))))
    answer = edge.get(f"http://127.0.0.1:{Observability().port}/metrics")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert answer.headers["server"] == "nginx"
    assert not re.search(r"nginx/\d", answer.text)


@ENGINE
@pytest.mark.proves(Feature.SESSION_TIMING)
def test_every_connection_is_in_the_log_with_its_backend_and_times(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.line_server("a", family=family)
    edge = traffic.edge(balancer(engine, listener(pool(server.backend()))))
    client = traffic.client(family=family)
    with client.talk(PORT) as session:
        assert session.ask("x" * 100) == "x" * 100
    line = _logged(edge, "k8s-ha-lb.log")
    fields = dict(re.findall(r'(\w+)="?([^" ]+)', line))
    host = f"[{server.address}]" if family is Family.IPV6 else str(server.address)
    assert line.startswith(f"{client.source}:")
    assert fields["upstream"] == f"{host}:{server.port}"
    assert 0 <= float(fields["connect_s"]) <= float(fields["session_s"])
    assert int(fields["received"]) == 101
    assert int(fields["sent"]) > 101


@ENGINE
@pytest.mark.proves(Feature.SESSION_TIMING)
def test_every_request_is_in_the_log_with_its_backend_and_times(
    traffic: Traffic, engine: Engine
) -> None:
    server = traffic.web_server("a")
    edge = traffic.edge(balancer(engine, listener(pool(server.backend()), mode="http")))
    with traffic.client().http() as web:
        web.get(f'http://some.host:{PORT}/slow/20?"quoted"')
    line = _logged(edge, "k8s-ha-lb-http.log")
    fields = dict(re.findall(r'(\w+)="?([^" ]+)', line))
    assert fields["upstream"] == f"{server.address}:{server.port}"
    assert fields["status"] == "200"
    assert float(fields["connect_s"]) <= 0.02 <= float(fields["first_byte_s"])
    assert line.endswith('host="some.host" request="GET /slow/20?%22quoted%22 HTTP/1.1"')


def _logged(edge: Edge, name: str) -> str:
    """The one line of the log, which nginx writes within a second."""
    log = edge.file(f"/var/log/nginx/{name}")
    wait_until("the connection is in the log", lambda: bool(log.read_text()), 5)
    (line,) = log.read_text().splitlines()
    return line
