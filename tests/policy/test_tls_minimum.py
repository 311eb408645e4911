"""The certificates of a listener against its names and the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy.rules.tls_minimum import covered, policy
from tests.policy.good_facts import control_plane_facts
from tests.policy.judging import UNKNOWN, Given, Verdict, judge

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOST = "web.example.com"


def facts(**certificate: object) -> dict[str, Any]:
    """A listener that ends TLS for a host, with a certificate of 90 days."""
    given = control_plane_facts()
    given["loadBalancer"]["listeners"][0] |= {
        "tls": {"profile": "intermediate", "names": [HOST]},
        "routes": [{"hosts": [HOST, "*.apps.example.com"]}],
    }
    told = {
        "listener": "kube-apiserver",
        "name": "web",
        "names": [HOST, "*.apps.example.com"],
        "notBefore": (NOW - timedelta(days=1)).isoformat(),
        "notAfter": (NOW + timedelta(days=89)).isoformat(),
    }
    return given | {"certificates": [told | certificate]}


def judged(given: dict[str, Any], **limits: object) -> Verdict:
    return judge(policy(lambda: NOW), Given(given), config=limits)


def test_a_certificate_for_all_names_with_days_left_is_clean() -> None:
    assert judged(facts()).clean


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        ({"notAfter": "2026-03-20T12:00:00Z"}, "19.0 days are left, and daysLeft is 30; renew it"),
        ({"notAfter": "2026-02-01T12:00:00+00:00"}, "is valid until 2026-02-01"),
        ({"notBefore": "2026-03-02T12:00:00Z"}, "is valid from 2026-03-02"),
        (
            {"names": ["other.example.com", "*.apps.example.com"]},
            "clients of web.example.com would refuse it; add a certificate for web.example.com",
        ),
        ({"names": [HOST]}, "clients of *.apps.example.com would refuse it"),
        ({"listener": "another"}, "certificates is empty for listener kube-apiserver"),
    ],
)
def test_a_wrong_certificate_is_named_with_what_is_wrong(
    certificate: dict[str, object], says: str
) -> None:
    assert says in judged(facts(**certificate)).only


def test_two_certificates_of_a_listener_cover_its_names_together() -> None:
    given = facts(names=[HOST])
    given["certificates"].append(
        given["certificates"][0] | {"name": "apps", "names": ["*.APPS.example.com"]}
    )
    assert judged(given).clean


def test_a_profile_of_unknown_strength_is_refused() -> None:
    given = facts()
    given["loadBalancer"]["listeners"][0]["tls"]["profile"] = "old"
    message = judged(given).only
    assert "controlPlane.tls.profile is old: only intermediate, modern may be used" in message


def test_the_limits_are_configurable() -> None:
    soon = facts(notAfter="2026-03-20T12:00:00Z")
    assert judged(soon, daysLeft=7.0).clean
    assert "only modern" in judged(facts(), profiles=["modern"]).only


@pytest.mark.parametrize("key", ["names", "notAfter", "notBefore", "listener"])
def test_what_is_not_told_or_not_known_is_a_gap(key: str) -> None:
    given = facts()
    del given["certificates"][0][key]
    assert any(f"certificates[0].{key} is missing" in m for m in judged(given).violations)
    if key != "listener":
        verdict = judged(facts(**{key: UNKNOWN}))
        assert not verdict.violations
        assert f"certificates[0].{key} is not known" in verdict.unknown


def test_a_time_without_zone_is_a_gap() -> None:
    assert "is not an ISO 8601 time with zone" in judged(facts(notAfter="2026-05-01")).only


def test_certificates_that_are_not_told_at_all_are_a_gap() -> None:
    given = facts()
    del given["certificates"]
    assert "certificates is missing" in judged(given).only


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("web.example.com", True),
        ("WEB.example.com", True),
        ("a.apps.example.com", True),
        ("*.apps.example.com", True),
        ("a.b.apps.example.com", False),
        ("apps.example.com", False),
    ],
)
def test_a_wildcard_stands_for_one_label(host: str, is_covered: bool) -> None:
    assert covered(host, ["Web.example.com", "*.apps.example.com"]) is is_covered
