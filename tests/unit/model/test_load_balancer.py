"""The model refuses what cannot work, with errors that tell the way out."""

import pytest
from pydantic import ValidationError

from components.model.backend import Backend
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.load_balancer import Observability
from components.model.node import Node
from components.model.pool import Balance, Pool
from tests.unit.models import CA, sample


def backend(name: str, address: str = "198.18.0.21", **changes: object) -> Backend:
    return Backend.model_validate({"name": name, "address": address, **changes})


def test_more_connections_than_the_file_limit_allows_are_refused_with_the_most_that_fit() -> None:
    nodes = tuple(n.model_copy(update={"file_limit": 20_000}) for n in sample().nodes)
    with pytest.raises(ValidationError, match=r"maxConnections is 10000.*20400.*at most 9800"):
        sample(nodes=nodes, max_connections=10_000)
    assert sample(nodes=nodes, max_connections=9800).file_descriptors == 20_000


def test_a_port_used_twice_on_a_node_is_refused_with_both_settings() -> None:
    with pytest.raises(ValidationError, match=r"observability.port is 6443: listeners\[kube-api"):
        sample(observability=Observability(port=6443))


def test_a_vip_needs_an_address_of_its_family_on_every_node() -> None:
    only_ipv4 = Node.model_validate(
        {"name": "lb2", "addresses": ["198.18.0.12/24"], "priority": 100}
    )
    with pytest.raises(ValidationError, match=r"nodes\[lb2\].addresses.*needs an IPv6 address"):
        sample(nodes=(sample().nodes[0], only_ipv4))


def test_two_vips_of_one_family_are_refused() -> None:
    vip = sample().vips[0]
    with pytest.raises(ValidationError, match="one VIP per address family"):
        sample(vips=(vip, vip))


def test_two_nodes_of_one_name_are_refused() -> None:
    node = sample().nodes[0]
    with pytest.raises(ValidationError, match=r"nodes\[\].name is lb1: used twice"):
        sample(nodes=(node, node))


def test_two_backends_at_one_address_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"backends\[\].address is 198.18.0.21 port 6443"):
        Pool(name="p", backends=(backend("a"), backend("b")))


def test_a_pool_whose_backends_are_all_drained_is_refused() -> None:
    with pytest.raises(ValidationError, match="would serve nobody"):
        Pool(name="p", backends=(backend("a", drain=True),))


def test_weights_that_round_robin_would_ignore_are_refused() -> None:
    pair = (backend("a", weight=1), backend("b", "198.18.0.22", weight=2))
    with pytest.raises(ValidationError, match="set balance to weighted_round_robin"):
        Pool(name="p", backends=pair)
    assert Pool(
        name="p", backends=pair, balance=Balance.WEIGHTED_ROUND_ROBIN
    ).largest_share == pytest.approx(2 / 3)


def test_an_https_check_without_an_authority_is_refused_unless_opted_out_by_name() -> None:
    with pytest.raises(ValidationError, match=r"set healthCheck\.caFile"):
        HealthCheck()
    assert HealthCheck(insecure_skip_verify=True).ca is None
    assert HealthCheck(ca=CA).kind is HealthCheckKind.HTTPS


def test_a_client_certificate_on_a_check_without_tls_is_refused() -> None:
    with pytest.raises(ValidationError, match="a tcp check has no TLS"):
        HealthCheck(kind=HealthCheckKind.TCP, client_certificate=True)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        backend("a", wieght=3)


@pytest.mark.parametrize(
    "name", ["a b", "a\nserver b", "a#b", 'a"b', "a%b", "-a", "a-", "A", "", "ä", "a" * 64]
)
def test_a_name_that_could_leave_its_place_in_a_configuration_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        backend(name)


@pytest.mark.parametrize("path", ["readyz", "/a b", "/a\nb", "/a\tb", "/ä"])
def test_a_path_that_could_leave_its_place_in_a_configuration_is_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        HealthCheck(ca=CA, path=path)
