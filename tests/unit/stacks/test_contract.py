"""The outputs are a contract: additions only."""

from syrupy.assertion import SnapshotAssertion

from components.model.budget.budget import failover_budget
from components.model.load_balancer import LoadBalancer, Observability, Reach
from stacks.contract import Contract, contract
from tests.unit.models import sample


def outputs(lb: LoadBalancer, host_name: str | None = None) -> Contract:
    return contract(lb, failover_budget(lb), host_name)


def test_the_outputs_of_a_dual_stack_pair_are_as_promised(snapshot: SnapshotAssertion) -> None:
    assert outputs(sample()).model_dump(mode="json", by_alias=True) == snapshot


def test_a_host_name_replaces_the_address_in_the_endpoint() -> None:
    assert outputs(sample(), "api.lab.test").endpoint == "https://api.lab.test:6443"


def test_an_ipv6_only_endpoint_is_written_in_brackets() -> None:
    assert outputs(sample(vips=sample().vips[1:])).endpoint == "https://[2001:2:0:1::10]:6443"


def test_what_only_loopback_may_ask_is_not_offered_to_others() -> None:
    hidden = outputs(sample(observability=Observability(reach=Reach.LOOPBACK)))
    assert hidden.metrics_targets == ()
    assert hidden.health_urls == ()


def test_an_outage_without_a_bound_is_told_as_none() -> None:
    assert outputs(sample(nodes=sample().nodes[:1])).worst_outage_ms is None
