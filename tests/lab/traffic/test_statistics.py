"""The statistics page: a password, and who may ask at all."""

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import Reach, Stats
from components.render.secrets import password_file, render_password_file
from lab.fabric.namespaces import entered
from tests.lab.traffic.addresses import CLIENT, CLIENT_NUMBERS, EDGES, Family, address, addresses_of
from tests.lab.traffic.models import balancer, listener, pool
from tests.lab.traffic.traffic import Traffic

PASSWORD = "correct horse: battery # staple"
RIGHT, WRONG = ("admin", PASSWORD), ("admin", "wrong")


@pytest.mark.proves(Feature.STATISTICS)
def test_the_page_wants_the_password_and_an_allowed_source(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    allowed, other = (address(number, family) for number in CLIENT_NUMBERS[:2])
    stats = Stats.model_validate({"reach": Reach.NODE, "allowedCidrs": [str(allowed)]})
    served = listener(pool(traffic.line_server("a").backend()))
    lb = balancer(engine, served, stats=stats)
    edge = traffic.edge(lb, {password_file(lb): render_password_file(lb, PASSWORD)})
    local = f"http://127.0.0.1:{stats.port}/"
    assert edge.get(local, auth=RIGHT).status_code == 200
    assert [edge.get(local, auth=auth).status_code for auth in (None, WRONG)] == [401, 401]
    far = _url(family, stats)
    asked = [_ask(traffic, far, str(allowed), auth) for auth in (RIGHT, WRONG, None)]
    assert asked == [200, 401, 401]
    assert _ask(traffic, far, str(other), RIGHT) in (None, 403)


@pytest.mark.proves(Feature.STATISTICS)
def test_on_loopback_nobody_else_reaches_the_page(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    lb = balancer(engine, listener(pool(traffic.line_server("a").backend())), stats=Stats())
    edge = traffic.edge(lb, {password_file(lb): render_password_file(lb, PASSWORD)})
    far = _url(family, lb.stats)
    assert edge.get(f"http://127.0.0.1:{lb.stats.port}/", auth=RIGHT).status_code == 200
    assert _ask(traffic, far, str(address(CLIENT_NUMBERS[0], family)), RIGHT) is None


def _url(family: Family, stats: Stats) -> str:
    """The page at the first node's own address."""
    node = next(a for a in addresses_of(EDGES[0]) if a.version == family)
    host = f"[{node}]" if family is Family.IPV6 else str(node)
    return f"http://{host}:{stats.port}/"


def _ask(traffic: Traffic, url: str, source: str, auth: tuple[str, str] | None) -> int | None:
    """The status of the answer; none when the connection is refused or closed."""
    transport = httpx.HTTPTransport(local_address=source, trust_env=False)
    with entered(traffic.namespace(CLIENT)), httpx.Client(transport=transport) as client:
        try:
            return client.get(url, auth=auth).status_code
        except httpx.TransportError:
            return None
