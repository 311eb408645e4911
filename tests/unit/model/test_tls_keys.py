"""Certificates and their keys are judged before a host is touched; no error shows a key."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from components.model.tls import Certificate
from components.model.tls_keys import key_faults, validity_faults
from tests.authority import Authority, Issued

AUTHORITY = Authority("ca")
ISSUED = AUTHORITY.server("a.test")
WEB = Certificate(name="web", chain=ISSUED.chain)


def faults(keys: dict[str, str], *certificates: Certificate) -> list[str]:
    return [str(fault) for fault in key_faults(certificates or (WEB,), keys)]


def encrypted(issued: Issued) -> str:
    key = serialization.load_pem_private_key(issued.key.encode(), None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    ).decode()


def test_the_key_of_each_certificate_is_accepted() -> None:
    other = AUTHORITY.server("b.test")
    shop = Certificate(name="shop", chain=other.chain)
    assert faults({"web": ISSUED.key, "shop": other.key}, WEB, shop) == []


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "tlsKeys.web is not set: .*; run `pulumi config set --secret --path 'k8s-ha-lb:tls"),
        ({"web": AUTHORITY.server("a.test").key}, "tlsKeys.web is another key: .*; give the key"),
        ({"web": "junk"}, "tlsKeys.web is not readable: .*without passphrase; give the key"),
        ({"web": ISSUED.certificate}, "tlsKeys.web is not readable: "),
        ({"web": encrypted(ISSUED)}, "tlsKeys.web is not readable: .*without passphrase"),
        (
            {"web": ISSUED.key, "old": ISSUED.key},
            "tlsKeys.old is set: the certificates are web; run `pulumi config rm --path",
        ),
    ],
)
def test_a_wrong_key_is_told_by_setting_limit_and_fix(keys: dict[str, str], expected: str) -> None:
    [fault] = faults(keys)
    with pytest.raises(ValueError, match=expected):
        raise ValueError(fault)
    assert not any(line in fault for key in keys.values() for line in key.splitlines())


def test_every_wrong_key_is_told() -> None:
    assert len(faults({"old": ISSUED.key, "older": "junk"})) == 3


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), None),
        (timedelta(days=2), "is valid until .*: it is .*; renew the certificate"),
        (timedelta(days=-1), "is valid from .*: it is .*; wait, or compare the clocks"),
    ],
)
def test_a_certificate_is_judged_by_the_clock_it_is_given(
    after: timedelta, expected: str | None
) -> None:
    found = list(validity_faults([WEB], datetime.now(UTC) + after))
    if expected is None:
        assert found == []
    else:
        with pytest.raises(ValueError, match=rf"certificates\[web\]\.chain {expected}"):
            raise found[0]


def test_the_first_end_in_the_chain_counts() -> None:
    """An intermediate that ends before its certificate ends the chain."""
    intermediate = Authority("between", issuer=AUTHORITY)
    long = intermediate.server("a.test", valid_for=timedelta(days=30))
    chain = Certificate(name="web", chain=long.chain)
    assert list(validity_faults([chain], datetime.now(UTC) + timedelta(days=2)))
