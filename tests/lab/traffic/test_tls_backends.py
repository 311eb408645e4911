"""Re-encryption: the load balancer verifies the backend before it passes anything on."""

import ssl

import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.tls import BackendTls, Tls
from tests.authority import Authority, Issued
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.server import Server
from tests.lab.traffic.tls import ClientTls, server_context
from tests.lab.traffic.traffic import Traffic

NAME = "www.example.org"
INSIDE = "backend.internal"


def reencrypting(
    engine: Engine, server: Server, issued: Issued, tls: BackendTls, mode: str = "tcp"
) -> LoadBalancer:
    """One that ends TLS and speaks TLS with the server."""
    ended = Tls(certificates=certificates(web=issued))
    return balancer(engine, listener(pool(server.backend(), tls=tls), mode=mode, tls=ended))


@pytest.mark.proves(Feature.REENCRYPTION)
def test_a_verified_backend_serves_and_is_asked_by_its_name(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    asked: list[str | None] = []
    context = server_context(authority.server(INSIDE))
    context.sni_callback = lambda _session, name, _context: asked.append(name)
    server = traffic.line_server("a", family=family, tls=context)
    issued = authority.server(NAME)
    tls = BackendTls(ca=authority.certificate, server_name=INSIDE)
    traffic.edge(reencrypting(engine, server, issued, tls), secret_files(web=issued))
    client = traffic.client(family=family)
    with client.talk(PORT, tls=ClientTls(server_name=NAME, authority=authority)) as session:
        assert session.ask("hello") == "hello"
    assert asked == [INSIDE]


@pytest.mark.proves(Feature.REENCRYPTION)
@pytest.mark.parametrize("mode", ["tcp", "http"])
@pytest.mark.parametrize(
    ("backend", "served"),
    [
        ("right", True),
        ("of another authority", False),
        ("of another name", False),
        ("expired", False),
    ],
)
def test_a_backend_serves_when_its_certificate_is_right_alone(
    traffic: Traffic,
    engine: Engine,
    authority: Authority,
    *,
    mode: str,
    backend: str,
    served: bool,
) -> None:
    context = server_context(
        {
            "right": authority.server(INSIDE),
            "of another authority": Authority("bench authority").server(INSIDE),
            "of another name": authority.server("other.internal"),
            "expired": authority.expired(INSIDE),
        }[backend]
    )
    tls = BackendTls(ca=authority.certificate, server_name=INSIDE)
    assert serves(traffic, engine, authority, context=context, tls=tls, mode=mode) is served


@pytest.mark.proves(Feature.REENCRYPTION)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_verification_can_be_opted_out_of(
    traffic: Traffic, engine: Engine, authority: Authority, mode: str
) -> None:
    context = server_context(Authority("somebody").server("other.internal"))
    tls = BackendTls(server_name=INSIDE, insecure_skip_verify=True)
    assert serves(traffic, engine, authority, context=context, tls=tls, mode=mode)


def serves(
    traffic: Traffic,
    engine: Engine,
    authority: Authority,
    *,
    context: ssl.SSLContext,
    tls: BackendTls,
    mode: str,
) -> bool:
    """Whether a client is served by a backend with this certificate."""
    make = traffic.line_server if mode == "tcp" else traffic.web_server
    server = make("a", tls=context)
    issued = authority.server(NAME)
    traffic.edge(reencrypting(engine, server, issued, tls, mode), secret_files(web=issued))
    client = traffic.client()
    return _talks(client) if mode == "tcp" else _answers(client)


def _talks(client: Client) -> bool:
    try:
        with client.talk(PORT, tls=ClientTls(server_name=NAME)) as session:
            return session.greeting.server == "a"
    except (ssl.SSLError, ConnectionError):
        return False


def _answers(client: Client) -> bool:
    with client.http(tls=ClientTls(server_name=NAME)) as web:
        answer = web.get(f"https://{NAME}:{PORT}/")
    assert answer.status_code in (200, 502, 503)
    return "x-served-by" in answer.headers
