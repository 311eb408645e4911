"""What backends are told about the client, whatever the client says about itself."""

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

LIES = (
    "X-Forwarded-For: 10.0.0.1",
    "x-forwarded-for: 10.0.0.2",
    "X_Forwarded_For: 10.0.0.3",
    "X-Forwarded-Proto: https",
    "Forwarded: for=10.0.0.4;proto=https",
)


@pytest.mark.proves(Feature.FORWARDED_HEADERS)
def test_backends_learn_the_client_and_not_what_it_claims(
    traffic: Traffic, engine: Engine, family: Family
) -> None:
    server = traffic.web_server("web", family=family)
    served = listener(pool(server.backend()), mode="http", http={"forwarded": True})
    traffic.edge(balancer(engine, served))
    client = traffic.client(source=3, family=family)
    headers = exchange(client, PORT, get("/", *LIES)).seen.headers
    source = str(client.source)
    node = source if family is Family.IPV4 else f'"[{source}]"'
    assert headers["x-forwarded-for"] == [source]
    assert headers["x-forwarded-proto"] == ["http"]
    assert headers["forwarded"] == [f"for={node};proto=http"]
    assert "x_forwarded_for" not in headers
    assert "10.0.0." not in str(headers)


@pytest.mark.proves(Feature.FORWARDED_HEADERS)
def test_backends_learn_that_the_client_spoke_tls(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    issued = authority.server("web.example.org")
    served = listener(
        pool(traffic.web_server("web").backend()),
        mode="http",
        http={"forwarded": True},
        tls={"certificates": certificates(web=issued)},
    )
    traffic.edge(balancer(engine, served), secret_files(web=issued))
    client = traffic.client()
    speaks = ClientTls(server_name="web.example.org", authority=authority, alpn=("h2",))
    with client.http(tls=speaks, http2=True) as web:
        lies = [(name.lower(), value) for name, _, value in (x.partition(": ") for x in LIES)]
        headers = seen(web.get(f"https://web.example.org:{PORT}/", headers=lies)).headers
    assert headers["x-forwarded-for"] == [str(client.source)]
    assert headers["x-forwarded-proto"] == ["https"]
    assert headers["forwarded"] == [f"for={client.source};proto=https"]
    assert "10.0.0." not in str(headers)


@pytest.mark.proves(Feature.FORWARDED_HEADERS)
def test_no_header_is_added_where_none_is_wanted(traffic: Traffic, engine: Engine) -> None:
    server = traffic.web_server("web")
    served = listener(pool(server.backend()), mode="http", http={"xForwardedFor": False})
    traffic.edge(balancer(engine, served))
    headers = exchange(traffic.client(), PORT, get("/")).seen.headers
    assert not {"x-forwarded-for", "x-forwarded-proto", "forwarded"} & set(headers)


@pytest.mark.proves(Feature.FORWARDED_HEADERS)
def test_the_host_arrives_as_the_client_sent_it(traffic: Traffic, engine: Engine) -> None:
    server = traffic.web_server("web")
    traffic.edge(balancer(engine, listener(pool(server.backend()), mode="http")))
    answer = exchange(traffic.client(), PORT, get("/", host="shop.example.org:8000"))
    assert answer.seen.headers["host"] == ["shop.example.org:8000"]
