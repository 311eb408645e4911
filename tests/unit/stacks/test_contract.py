"""The outputs are a contract: additions only."""

from syrupy.assertion import SnapshotAssertion

from components.model.budget.budget import failover_budget
from components.model.load_balancer import LoadBalancer, Observability, Reach
from stacks.contract import Contract, contract
from tests.authority import Authority
from tests.unit.models import sample
from tests.unit.tls_models import for_either_engine, tls_listener


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


def test_an_engine_without_metrics_offers_none_and_still_tells_its_health() -> None:
    told = outputs(for_either_engine(engine="nginx"))
    assert told.engine == "nginx"
    assert told.metrics_targets == ()
    assert told.health_urls == outputs(sample()).health_urls


def test_a_listener_tells_its_names_and_when_its_certificates_end() -> None:
    issued = Authority("ca").server("a.test")
    listener = tls_listener(web=issued)
    named = listener.model_copy(
        update={"tls": listener.tls and listener.tls.model_copy(update={"names": ("a.test",)})}
    )
    [told] = outputs(sample(listeners=(*sample().listeners, named))).listeners[1:]
    assert (told.name, told.port, told.mode) == ("tls", 8443, "tcp")
    assert told.host_names == ("a.test",)
    [certificate] = told.certificates
    assert certificate.not_after == issued.parsed.not_valid_after_utc.isoformat()
