"""Values that a careless or hostile settings file may hold, and that the model must refuse."""

import pytest
from pydantic import BaseModel, ValidationError

from components.model.backend import Backend
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.http import ErrorPage, Http
from components.model.listener import Listener
from components.model.network import covers
from components.model.node import Node
from components.model.pool import Pool
from components.model.route import HttpRoute
from components.model.tls import BackendTls, Certificate, Tls
from components.model.vip import Vip
from tests.authority import Authority
from tests.unit.models import sample

AUTHORITY = Authority("hostile values")
WEB = AUTHORITY.server("web.example.com", "*.apps.example.com")
POOL = {"name": "p", "backends": [{"name": "a", "address": "198.18.0.21"}]}


def refused(model: type[BaseModel], **values: object) -> str:
    with pytest.raises(ValidationError) as error:
        model.model_validate(values)
    return str(error.value)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("fe80::1%eth0\n  server evil 198.18.0.9:1", "it has a zone"),
        ("2001:2::1%;", "it has a zone"),
        ("::ffff:198.18.0.1", "write 198.18.0.1"),
        ("0.0.0.0", "it is unspecified"),  # noqa: S104 - an address to refuse
        ("::", "it is unspecified"),
        ("224.0.0.18", "it is multicast"),
        ("ff02::12", "it is multicast"),
        ("fe80::1", "it is link-local"),
        (5, "write the address in quotes"),
        (True, "write the address in quotes"),
        ("", "not a valid IPv4 address"),
    ],
)
def test_an_address_that_is_no_machines_is_refused(address: object, reason: str) -> None:
    assert reason in refused(Backend, name="a", address=address)
    assert reason in refused(Vip, address=address, vrid=1)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("fe80::1%eth0\n}/64", "it has a zone"),
        ("198.18.0.1", "it has no prefix length"),
        ("224.0.0.1/24", "it is multicast"),
        (3, "write the address in quotes"),
    ],
)
def test_an_address_of_a_node_has_a_prefix_length_and_is_a_machines(
    address: object, reason: str
) -> None:
    assert reason in refused(Node, name="lb1", addresses=[address], priority=1)


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ("198.18.0.1/24", "write 198.18.0.0/24"),
        ("::ffff:198.18.0.0/112", "it would match nobody"),
        ("fe80::%a b/64", "it has a zone"),
        (10, "write the address in quotes"),
    ],
)
@pytest.mark.parametrize("setting", ["allowedCidrs", "deniedCidrs", "acceptProxyFrom"])
def test_a_network_that_would_match_nobody_or_somebody_else_is_refused(
    setting: str, network: object, reason: str
) -> None:
    assert reason in refused(Listener, name="l", port=80, pool=POOL, **{setting: [network]})


def test_networks_that_contradict_each_other_are_refused() -> None:
    at = {"name": "l", "port": 80, "pool": POOL}
    inside = refused(Listener, **at, allowedCidrs=["10.1.0.0/16"], deniedCidrs=["10.0.0.0/8"])
    assert "listeners[l].allowedCidrs is 10.1.0.0/16: deniedCidrs has 10.0.0.0/8" in inside
    twice = refused(Listener, **at, deniedCidrs=["10.0.0.0/8", "10.0.0.0/8"])
    assert "listeners[l].deniedCidrs is 10.0.0.0/8: it is given twice" in twice
    hole = Listener.model_validate(
        {**at, "allowedCidrs": ["10.0.0.0/8"], "deniedCidrs": ["10.1.0.0/16", "::/0"]}
    )
    assert len(hole.denied_cidrs) == 2


def test_capital_letters_in_a_host_become_small_ones() -> None:
    route = HttpRoute.model_validate({"hosts": ["*.Example.COM", "WEB.example.com"], "pool": POOL})
    assert route.hosts == ("*.example.com", "web.example.com")


@pytest.mark.parametrize(
    "host", ["", "*", "*.", "*.*.a", "a.*.b", "a..b", "a.", ".a", "a b", "a\nb", "a_b", "ä", "a:80"]
)
def test_a_host_that_is_no_name_is_refused(host: str) -> None:
    assert "pattern" in refused(HttpRoute, hosts=[host], pool=POOL)


@pytest.mark.parametrize(
    ("pattern", "host", "is_for"),
    [
        ("web.example.com", "WEB.example.com", True),
        ("*.example.com", "web.example.com", True),
        ("*.example.com", "a.web.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.example.com", ".example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "*.web.example.com", False),
        ("web.example.com", "*.example.com", False),
    ],
)
def test_a_wildcard_certificate_is_for_one_label(pattern: str, host: str, is_for: bool) -> None:
    assert covers(pattern, host) is is_for


@pytest.mark.parametrize(
    "path",
    [
        *(
            "//a",
            "/a//b",
            "/./a",
            "/a/../b",
            "/..",
            "/a%2Fb",
            "/a%2fb",
            "/%2E%2e/b",
            "/a#b",
            "/a b",
            "a",
            "",
        ),
        *("/%", "/%z0", "/%0", "/%00", "/%FF", "/%C3", "/%C3/%A4"),
    ],
)
def test_a_path_that_no_request_has_is_refused(path: str) -> None:
    assert "path" in refused(HttpRoute, path=path, pathMatch="exact", pool=POOL)


def test_a_prefix_that_ends_in_a_slash_is_refused_with_what_to_write() -> None:
    assert "write /a, which matches /a/ too" in refused(HttpRoute, path="/a/", pool=POOL)
    assert HttpRoute.model_validate({"path": "/a/", "pathMatch": "exact", "pool": POOL}).path


def test_a_pool_of_backups_alone_is_refused() -> None:
    backend = {"name": "a", "address": "198.18.0.21", "backup": True}
    assert "backends[].backup is true for all" in refused(Pool, name="p", backends=[backend])


def test_a_body_limit_of_nothing_is_refused_because_engines_read_it_as_no_limit() -> None:
    assert "greater than or equal to 1" in refused(Http, maxBodyBytes=0)


def test_an_error_page_is_measured_in_bytes() -> None:
    assert "8194 bytes" in refused(ErrorPage, status=503, content="ä" * 4097)
    assert ErrorPage(status=503, content="ä" * 4096)


def test_a_private_key_is_refused_wherever_a_certificate_is_asked_for() -> None:
    both = WEB.certificate + WEB.key
    for message in (
        refused(Certificate, name="web", chain=both),
        refused(Tls, certificates=[{"name": "w", "chain": WEB.chain}], clientAuthority=both),
        refused(BackendTls, ca=both, serverName="a"),
        refused(HealthCheck, ca=both),
    ):
        assert "private key" in message


def test_text_around_certificates_is_dropped() -> None:
    told = f"subject: web\r\n{WEB.certificate.replace(chr(10), chr(13) + chr(10))}\n}} evil;\n"
    assert Certificate(name="web", chain=told).chain == WEB.certificate
    assert BackendTls(ca=told, server_name="a").ca == WEB.certificate


@pytest.mark.parametrize("pem", ["", "PEM", "-----BEGIN CERTIFICATE-----\nMIIB\n"])
def test_a_text_without_a_certificate_is_refused(pem: str) -> None:
    assert "certificates[].chain is not usable" in refused(Certificate, name="web", chain=pem)
    assert "pool.tls.ca is not usable" in refused(BackendTls, ca=pem, serverName="a")


def test_a_chain_in_the_wrong_order_is_refused_with_the_order_to_give() -> None:
    below = Authority("below", issuer=AUTHORITY)
    issued = below.server("web.example.com")
    assert Certificate(name="web", chain=issued.chain)
    swapped = below.certificate + issued.certificate
    message = refused(Certificate, name="web", chain=swapped)
    assert "certificates[web].chain is out of order at certificate 1" in message


@pytest.mark.parametrize("name", ["", "..", "a..b", "-a", "a b", "a\nb", "*.a", "a;b", "a" * 254])
def test_a_server_name_that_is_no_dns_name_is_refused(name: str) -> None:
    assert "serverName" in refused(BackendTls, ca=WEB.certificate, serverName=name)
    assert "serverName" in refused(HealthCheck, insecureSkipVerify=True, serverName=name)


@pytest.mark.parametrize("interface", ["", ".", "..", "-a", "a/b", "a b", "a" * 16])
def test_an_interface_that_the_kernel_or_a_command_would_misread_is_refused(interface: str) -> None:
    assert "interface" in refused(Vip, address="198.18.0.1", vrid=1, interface=interface)


def test_one_certificate_may_serve_two_listeners_and_two_may_not_share_a_name() -> None:
    def listener(name: str, port: int, chain: str) -> Listener:
        pool = {**POOL, "name": f"{name}-pool"}
        tls = {"certificates": [{"name": "web", "chain": chain}]}
        return Listener.model_validate({"name": name, "port": port, "pool": pool, "tls": tls})

    assert sample(listeners=(listener("a", 443, WEB.chain), listener("b", 444, WEB.chain)))
    other = AUTHORITY.server("other.example.com").chain
    with pytest.raises(ValidationError, match=r"certificates\[\].name is web: used twice"):
        sample(listeners=(listener("a", 443, WEB.chain), listener("b", 444, other)))


@pytest.mark.parametrize("name", ["observability", "statistics"])
def test_a_listener_named_like_the_nodes_own_pages_is_refused(name: str) -> None:
    listener = Listener.model_validate({"name": name, "port": 80, "pool": POOL})
    with pytest.raises(ValidationError, match="give it another one"):
        sample(listeners=(listener,))


def test_a_check_without_tls_needs_no_authority() -> None:
    assert HealthCheck(kind=HealthCheckKind.TCP).ca is None
