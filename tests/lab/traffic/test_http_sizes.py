"""Limits of what a request may bring: its headers and its body."""

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.clients.web import seen
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

BODY = 20_000
HEADERS = 20_000
REFUSED_HEADERS = (400, 414, 431)


@pytest.mark.proves(Feature.BODY_LIMIT)
def test_the_largest_body_passes_and_a_byte_more_is_refused(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("web", family=family)
    served = listener(pool(server.backend()), mode="http", http={"maxBodyBytes": BODY})
    traffic.edge(balancer(engine, served))
    url = f"http://bench:{PORT}/"
    with traffic.client(family=family).http() as web:
        assert seen(web.post(url, content=b"x" * BODY)).body_bytes == BODY
        assert web.post(url, content=b"x" * (BODY + 1)).status_code == 413
        assert seen(web.get(url)).body_bytes == 0


@pytest.mark.proves(Feature.BODY_LIMIT)
@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_no_body_of_undeclared_size_passes_the_limit(
    traffic: Traffic, engine: Engine, authority: Authority, http2: bool
) -> None:
    issued = authority.server("web.example.org")
    served = listener(
        pool(traffic.web_server("web").backend()),
        mode="http",
        http={"maxBodyBytes": BODY},
        tls={"certificates": certificates(web=issued)},
    )
    traffic.edge(balancer(engine, served), secret_files(web=issued))
    speaks = ClientTls(
        server_name="web.example.org", authority=authority, alpn=("h2",) if http2 else ()
    )
    url = f"https://web.example.org:{PORT}/"
    with traffic.client().http(tls=speaks, http2=http2) as web:
        assert web.post(url, content=iter([b"x" * BODY, b"x"])).status_code in (411, 413)
        assert web.get(url).http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        assert seen(web.post(url, content=b"x" * BODY)).body_bytes == BODY


@pytest.mark.proves(Feature.BODY_LIMIT)
def test_without_a_limit_large_bodies_pass_both_ways(traffic: Traffic, engine: Engine) -> None:
    server = traffic.web_server("web")
    traffic.edge(balancer(engine, listener(pool(server.backend()), mode="http")))
    size = 3_000_000
    with traffic.client().http() as web:
        sent = seen(web.post(f"http://bench:{PORT}/", content=iter([b"x" * size])))
        received = web.get(f"http://bench:{PORT}/large/{size}")
    assert sent.body_bytes == size
    assert len(received.content) == size


@pytest.mark.proves(Feature.HEADER_LIMIT)
def test_headers_up_to_the_limit_pass_and_longer_ones_are_refused(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    backends = pool(traffic.web_server("web", family=family).backend())
    short = pool(traffic.web_server("short", family=family).backend(), name="short")
    traffic.edge(
        balancer(
            engine,
            listener(backends, mode="http", http={"maxHeaderBytes": HEADERS}),
            listener(short, port=PORT + 1, mode="http", http={"maxHeaderBytes": 2048}),
        )
    )
    client = traffic.client(family=family)
    fields = [f"X-{n}: {'y' * 1000}" for n in range(19)]
    assert exchange(client, PORT, get("/", *fields[:15])).status == 200
    assert exchange(client, PORT, get("/", *fields, *fields)).status in REFUSED_HEADERS
    assert exchange(client, PORT, get("/" + "y" * 2 * HEADERS)).status in REFUSED_HEADERS
    assert exchange(client, PORT + 1, get("/", fields[0])).status == 200
    assert exchange(client, PORT + 1, get("/", *fields[:5])).status in REFUSED_HEADERS
    assert exchange(client, PORT + 1, get("/" + "y" * 5000)).status in REFUSED_HEADERS
