"""TLS that ends at the load balancer: versions, ciphers, certificates by name, clients' own."""

import ssl

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.listener import Listener
from components.model.tls import Tls
from tests.authority import Authority, Issued
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.web import seen
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.servers.server import Server
from tests.lab.traffic.tls import ClientTls, served_certificate
from tests.lab.traffic.traffic import Traffic

NAME = "www.example.org"
MOZILLA_INTERMEDIATE_ECDSA = {
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
}
"""Server-side TLS guidelines 5.7, the TLS 1.2 ciphers for an ECDSA certificate."""


def start(
    traffic: Traffic,
    engine: Engine,
    server: Server,
    issued: dict[str, Issued],
    *,
    mode: str = "tcp",
    **tls: object,
) -> None:
    """An edge that ends TLS with these certificates before the server."""
    traffic.edge(balancer(engine, ending(server, issued, mode=mode, **tls)), secret_files(**issued))


def ending(
    server: Server, issued: dict[str, Issued], *, mode: str = "tcp", **tls: object
) -> Listener:
    """A listener with these certificates."""
    settings = Tls.model_validate({"certificates": certificates(**issued), **tls})
    return listener(pool(server.backend()), mode=mode, tls=settings)


def accepted(client: Client, cipher: str) -> str | None:
    """The cipher that is agreed on by a client with this one for TLS 1.2, or none."""
    context = ClientTls(server_name=NAME, maximum=ssl.TLSVersion.TLSv1_2).context()
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    try:
        with context.wrap_socket(client.connect(PORT), server_hostname=NAME) as session:
            agreed = session.cipher()
    except (ssl.SSLError, ConnectionError):
        return None
    return agreed and agreed[0]


def every_cipher() -> list[str]:
    """The TLS 1.2 ciphers that this machine's OpenSSL has, weak ones too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return [c["name"] for c in context.get_ciphers() if c["protocol"] != "TLSv1.3"]


@pytest.mark.proves(Feature.TLS_TERMINATION)
def test_the_backend_gets_in_clear_what_a_verified_client_sends(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority
) -> None:
    server = traffic.line_server("a", family=family)
    start(traffic, engine, server, {"web": authority.server(NAME)})
    tls = ClientTls(server_name=NAME, authority=authority)
    with traffic.client(family=family).talk(PORT, tls=tls) as session:
        assert session.greeting.server == "a"
        assert session.ask("hello") == "hello"


@pytest.mark.proves(Feature.TLS_TERMINATION)
def test_the_intermediates_are_sent_with_the_certificate(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    issued = Authority("between", issuer=authority).server(NAME)
    start(traffic, engine, traffic.line_server("a"), {"web": issued})
    with traffic.client().talk(PORT, tls=ClientTls(server_name=NAME, authority=authority)) as own:
        assert own.greeting.server == "a"


@pytest.mark.proves(Feature.TLS_TERMINATION)
@pytest.mark.parametrize("mode", ["tcp", "http"])
@pytest.mark.parametrize(
    ("profile", "version", "served"),
    [
        ("intermediate", ssl.TLSVersion.TLSv1_1, False),
        ("intermediate", ssl.TLSVersion.TLSv1_2, True),
        ("intermediate", ssl.TLSVersion.TLSv1_3, True),
        ("modern", ssl.TLSVersion.TLSv1_2, False),
        ("modern", ssl.TLSVersion.TLSv1_3, True),
    ],
)
def test_a_profile_has_its_versions_alone(
    traffic: Traffic,
    engine: Engine,
    authority: Authority,
    *,
    mode: str,
    profile: str,
    version: ssl.TLSVersion,
    served: bool,
) -> None:
    issued = {"web": authority.server(NAME)}
    start(traffic, engine, traffic.web_server("a"), issued, mode=mode, profile=profile)
    tls = ClientTls(server_name=NAME, minimum=version, maximum=version)
    if served:
        with traffic.client().connect_tls(PORT, tls) as session:
            assert session.version() == version.name.replace("_", ".")
    else:
        with pytest.raises(ssl.SSLError, match="TLSV1_ALERT_PROTOCOL_VERSION"):
            traffic.client().connect_tls(PORT, tls)


@pytest.mark.proves(Feature.TLS_TERMINATION)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_a_profile_has_its_ciphers_alone(
    traffic: Traffic, engine: Engine, authority: Authority, mode: str
) -> None:
    start(traffic, engine, traffic.web_server("a"), {"web": authority.server(NAME)}, mode=mode)
    client = traffic.client()
    offered = every_cipher()
    assert len(offered) > 50
    assert {accepted(client, c) for c in offered} - {None} == MOZILLA_INTERMEDIATE_ECDSA


@pytest.mark.proves(Feature.HTTP2)
@pytest.mark.parametrize(("http2", "agreed"), [(True, "HTTP/2"), (False, "HTTP/1.1")])
def test_http2_is_agreed_on_where_it_is_offered(
    traffic: Traffic, engine: Engine, authority: Authority, http2: bool, agreed: str
) -> None:
    issued = {"web": authority.server(NAME)}
    start(traffic, engine, traffic.web_server("a"), issued, mode="http", http2=http2)
    tls = ClientTls(server_name=NAME, authority=authority)
    with traffic.client().http(tls=tls, http2=True) as web:
        answer = web.get(f"https://{NAME}:{PORT}/")
    assert answer.http_version == agreed
    assert seen(answer).server == "a"


@pytest.mark.proves(Feature.SEVERAL_CERTIFICATES)
@pytest.mark.parametrize("mode", ["tcp", "http"])
def test_a_client_gets_the_first_certificate_for_the_name_it_asks_for(
    traffic: Traffic, engine: Engine, authority: Authority, mode: str, family: Family
) -> None:
    issued = {
        "first": authority.server("first.example.org"),
        "wildcard": authority.server("*.example.org", "example.org"),
        "hidden": authority.server("hidden.example.org"),
        "net": authority.server("a.example.net", "b.example.net"),
    }
    start(traffic, engine, traffic.web_server("a", family=family), issued, mode=mode)
    expected = {
        "first.example.org": "first",
        "other.example.org": "wildcard",
        "OTHER.example.org": "wildcard",
        "example.org": "wildcard",
        "hidden.example.org": "wildcard",
        "b.example.net": "net",
        "unknown.test": "first",
    }
    served: dict[str, str] = {}
    for name in expected:
        client = traffic.client(family=family)
        with client.connect_tls(PORT, ClientTls(server_name=name)) as session:
            got = served_certificate(session)
            served[name] = next(each for each, one in issued.items() if one.parsed == got)
    assert served == expected


@pytest.mark.proves(Feature.CLIENT_CERTIFICATES)
@pytest.mark.parametrize("whose", ["nobody's", "another authority's", "expired"])
def test_a_connection_without_a_right_client_certificate_reaches_no_backend(
    traffic: Traffic, engine: Engine, authority: Authority, whose: str, family: Family
) -> None:
    wrong = {
        "nobody's": None,
        "another authority's": Authority("bench authority").client("somebody"),
        "expired": authority.expired("somebody"),
    }
    server, client = traffic.line_server("a", family=family), traffic.client(family=family)
    issued = {"web": authority.server(NAME)}
    start(traffic, engine, server, issued, client_authority=authority.certificate)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        client.talk(PORT, tls=ClientTls(server_name=NAME, certificate=wrong[whose]))
    right = ClientTls(server_name=NAME, certificate=authority.client("somebody"))
    with client.talk(PORT, tls=right) as session:
        assert session.greeting.server == "a"


@pytest.mark.proves(Feature.CLIENT_CERTIFICATES)
@pytest.mark.parametrize("right", [True, False])
def test_requests_need_a_client_certificate_too(
    traffic: Traffic, engine: Engine, family: Family, authority: Authority, right: bool
) -> None:
    server = traffic.web_server("a", family=family)
    issued = {"web": authority.server(NAME)}
    start(traffic, engine, server, issued, mode="http", client_authority=authority.certificate)
    own = authority if right else Authority("bench authority")
    tls = ClientTls(server_name=NAME, certificate=own.client("somebody"))
    assert answered(traffic.client(family=family), tls) is right


def answered(client: Client, tls: ClientTls) -> bool:
    """Whether a backend answered a request; engines refuse with an alert or with status 400."""
    try:
        with client.http(tls=tls) as web:
            answer = web.get(f"https://{NAME}:{PORT}/")
    except httpx.TransportError:
        return False
    assert answer.status_code in (httpx.codes.OK, httpx.codes.BAD_REQUEST)
    return "x-served-by" in answer.headers
