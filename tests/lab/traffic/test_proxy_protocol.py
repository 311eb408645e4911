"""The PROXY protocol: what is taken from proxies before, and told to backends behind."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from components.model.backend import Backend
from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.listener import Listener, ListenerMode
from components.model.proxy_protocol import ProxyProtocol
from lab.drill.waiting import wait_until
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.outcome import Outcome, outcome
from tests.lab.traffic.clients.raw import get, read_answer
from tests.lab.traffic.models import CHECK, PORT, balancer, listener, pool
from tests.lab.traffic.proxy_protocol import ProxyHeader
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

VERSIONS = [
    pytest.param(ProxyProtocol.V1, marks=pytest.mark.proves(Feature.SEND_PROXY_V1), id="v1"),
    pytest.param(ProxyProtocol.V2, marks=pytest.mark.proves(Feature.SEND_PROXY_V2), id="v2"),
]
CLAIMED = {Family.IPV4: "203.0.113.7", Family.IPV6: "2001:db8::7"}


@pytest.mark.parametrize("version", VERSIONS)
def test_backends_learn_the_client_and_the_vip_from_the_header(
    traffic: Traffic, engine: Engine, family: Family, version: ProxyProtocol
) -> None:
    server = traffic.line_server("a", family=family, reads_proxy=True)
    traffic.edge(balancer(engine, _sending(server.backend(), version)))
    client = traffic.client(source=2, family=family)
    with client.talk(PORT) as session:
        header = session.greeting.proxy
        port = session.socket.getsockname()[1]
        assert session.ask("and traffic follows") == "and traffic follows"
    assert header is not None
    assert (header.version, header.source, header.source_port) == (
        int(version.value[1]),
        client.source,
        port,
    )
    assert (header.destination, header.destination_port) == (client.vip, PORT)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_backend_that_expects_the_header_passes_its_health_check(
    traffic: Traffic, engine: Engine, version: ProxyProtocol
) -> None:
    server = traffic.web_server("web", reads_proxy=True)
    check = CHECK.model_copy(update={"kind": HealthCheckKind.HTTP, "path": "/status/200"})
    traffic.edge(balancer(engine, _sending(server.backend(), version, check=check)))
    with traffic.client().connect(PORT) as connection:
        connection.sendall(get("/"))
        assert read_answer(connection).seen.proxy_source == traffic.client().source


@pytest.mark.proves(Feature.SEND_PROXY_HTTP)
@pytest.mark.parametrize("version", VERSIONS)
def test_in_http_mode_each_client_is_told_though_connections_are_used_again(
    traffic: Traffic, engine: Engine, family: Family, version: ProxyProtocol
) -> None:
    server = traffic.web_server("web", family=family, reads_proxy=True)
    traffic.edge(balancer(engine, _sending(server.backend(), version, mode=ListenerMode.HTTP)))
    for source in (0, 1, 0, 2):
        client = traffic.client(source=source, family=family)
        with client.connect(PORT) as connection:
            connection.sendall(get("/"))
            assert read_answer(connection).seen.proxy_source == client.source


@pytest.mark.proves(Feature.ACCEPT_PROXY)
@pytest.mark.parametrize("version", [1, 2])
def test_a_trusted_proxy_tells_the_client_and_others_are_refused(
    traffic: Traffic, engine: Engine, family: Family, version: int
) -> None:
    server = traffic.web_server("web", family=family)
    proxy = traffic.client(source=1, family=family)
    served = listener(pool(server.backend()), mode="http", accept_proxy_from=[str(proxy.source)])
    traffic.edge(balancer(engine, served))
    header = _header(version, family)
    with proxy.connect(PORT, proxy=header) as connection:
        connection.sendall(get("/"))
        headers = read_answer(connection).seen.headers
    assert headers["x-forwarded-for"] == [CLAIMED[family]]
    stranger = traffic.client(source=2, family=family)
    assert not _served(stranger, header), "a header from elsewhere is not believed"
    assert not _served(stranger, None)
    assert not _served(proxy, None), "a proxy must bring the header"


@pytest.mark.proves(Feature.ACCEPT_PROXY)
@pytest.mark.parametrize("version", [1, 2])
def test_in_tcp_mode_the_claimed_client_is_passed_on_to_backends(
    traffic: Traffic, engine: Engine, family: Family, version: int
) -> None:
    server = traffic.line_server("a", family=family, reads_proxy=True)
    proxy = traffic.client(source=1, family=family)
    trusted = [f"{proxy.source}/{proxy.source.max_prefixlen}"]
    traffic.edge(
        balancer(engine, _sending(server.backend(), ProxyProtocol.V1, accept_proxy_from=trusted))
    )
    with proxy.talk(PORT, proxy=_header(version, family)) as session:
        told = session.greeting.proxy
    assert told is not None
    assert (told.source, told.source_port) == (ip_address(CLAIMED[family]), 4711)
    stranger = traffic.client(source=2, family=family)
    refused = outcome(lambda: stranger.talk(PORT, proxy=_header(version, family)).close())
    assert refused in (Outcome.RESET, Outcome.CLOSED, Outcome.REFUSED)


@pytest.mark.proves(Feature.ACCEPT_PROXY, Feature.SOURCES_LIMITED)
def test_behind_a_proxy_allowed_and_denied_sources_are_the_clients_not_the_proxy(
    traffic: Traffic, engine: Engine
) -> None:
    proxy = traffic.client(source=1)
    served = listener(
        pool(traffic.web_server("web").backend()),
        mode="http",
        accept_proxy_from=[str(proxy.source)],
        allowed_cidrs=["203.0.113.0/24", "2001:db8::/32"],
        denied_cidrs=["203.0.113.128/25"],
    )
    traffic.edge(balancer(engine, served))
    claims = ("203.0.113.7", "203.0.113.200", "198.51.100.1", str(proxy.source))
    judged = {claim: _served(proxy, _claim(1, claim)) for claim in claims}
    assert judged == {
        "203.0.113.7": True,
        "203.0.113.200": False,
        "198.51.100.1": False,
        str(proxy.source): False,
    }


@pytest.mark.proves(Feature.ACCEPT_PROXY, Feature.TLS_TERMINATION)
def test_the_header_comes_before_tls(
    traffic: Traffic, engine: Engine, authority: Authority
) -> None:
    issued = authority.server("web.example.org")
    proxy = traffic.client(source=1)
    served = listener(
        pool(traffic.web_server("web").backend()),
        mode="http",
        accept_proxy_from=[str(proxy.source)],
        tls={"certificates": certificates(web=issued)},
    )
    traffic.edge(balancer(engine, served), secret_files(web=issued))
    speaks = ClientTls(server_name="web.example.org", authority=authority)
    with proxy.connect_tls(PORT, speaks, proxy=_claim(2, "203.0.113.7")) as connection:
        connection.sendall(get("/"))
        headers = read_answer(connection).seen.headers
    assert headers["x-forwarded-for"] == ["203.0.113.7"]
    assert headers["x-forwarded-proto"] == ["https"]


@pytest.mark.proves(Feature.SEND_PROXY_V1, Feature.ACTIVE_CHECKS)
def test_a_backend_that_does_not_expect_the_header_is_down_and_not_quietly_broken(
    traffic: Traffic, engine: Engine
) -> None:
    check = CHECK.model_copy(update={"kind": HealthCheckKind.HTTP, "path": "/status/200"})
    server = traffic.web_server("web")
    sending = _sending(server.backend(), ProxyProtocol.V1, check=check)
    traffic.edge(balancer(engine, sending))
    wait_until("it is down", lambda: not _served(traffic.client(), None), timeout_s=5)


def _sending(
    backend: Backend,
    version: ProxyProtocol,
    *,
    check: HealthCheck = CHECK,
    mode: ListenerMode = ListenerMode.TCP,
    accept_proxy_from: Sequence[str] = (),
) -> Listener:
    served = pool(backend, send_proxy=version, backends_accept_proxy=True, health_check=check)
    return listener(served, mode=mode, accept_proxy_from=accept_proxy_from)


def _header(version: int, family: Family) -> ProxyHeader:
    return _claim(version, CLAIMED[family])


def _claim(version: int, source: str) -> ProxyHeader:
    claimed = ip_address(source)
    destination = "203.0.113.10" if claimed.version == 4 else "2001:db8::10"
    return ProxyHeader(
        version=version,
        source=claimed,
        source_port=4711,
        destination=ip_address(destination),
        destination_port=443,
    )


def _served(client: Client, header: ProxyHeader | None) -> bool:
    """Whether a backend answers a request."""
    try:
        with client.connect(PORT, proxy=header) as connection:
            connection.sendall(get("/"))
            return read_answer(connection).status == 200
    except ConnectionError:
        return False
