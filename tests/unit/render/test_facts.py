"""Facts for the policy pack: complete, without secrets, without whole files."""

from components.model.budget.budget import failover_budget
from components.model.budget.fault import Fault
from components.render.facts import FILE_CONTENTS, policy_facts
from stacks.files import FILE_SETTINGS
from tests.authority import Authority, Issued
from tests.unit.models import CA, sample
from tests.unit.tls_models import tls_listener


def facts(issued: Issued) -> dict[str, object]:
    lb = sample(listeners=(*sample().listeners, tls_listener(web=issued)))
    return policy_facts(
        lb, failover_budget(lb), worst_outage_ms=4000, accepted_unbounded=[Fault.BACKEND_HUNG]
    )


def test_certificates_are_told_by_names_and_validity() -> None:
    issued = Authority("ca").server("a.test", "198.18.0.10")
    assert facts(issued)["certificates"] == [
        {
            "listener": "tls",
            "name": "web",
            "names": ("a.test", "198.18.0.10"),
            "notBefore": issued.parsed.not_valid_before_utc.isoformat(),
            "notAfter": issued.parsed.not_valid_after_utc.isoformat(),
        }
    ]


def test_a_file_stands_as_a_digest_that_changes_with_it() -> None:
    first, second = (str(facts(Authority("ca").server("a.test"))) for _ in range(2))
    assert first != second
    assert "BEGIN" not in first
    assert CA not in first
    assert first.count("sha256:") == 2


def test_accepted_faults_go_with_the_objective() -> None:
    slo = {"worstOutageMs": 4000, "acceptedUnbounded": ["backend-hung"]}
    assert facts(Authority("ca").server("a.test"))["slo"] == slo


def test_every_setting_that_may_come_from_a_file_stands_as_a_digest() -> None:
    assert set(FILE_SETTINGS.values()) == FILE_CONTENTS
