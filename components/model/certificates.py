"""Reads certificates: names, validity, chain order, and whether a key belongs to one."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID


def parse_chain(pem: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM text, in its order; raises ValueError when there is none."""
    return tuple(x509.load_pem_x509_certificates(pem.encode()))


def canonical(pem: str) -> str:
    """The certificates of a PEM text and nothing else: no comments, one form of line ends.

    Raises ValueError when there is none, or a private key among them: certificates are public.
    """
    if "PRIVATE KEY-----" in pem:
        raise ValueError("it holds a private key, which would be readable by everybody")
    form = serialization.Encoding.PEM
    return "".join(each.public_bytes(form).decode() for each in parse_chain(pem))


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """DNS names and addresses that the certificate is for; the common name when it lists none."""
    try:
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(attribute.value) for attribute in common)
    addresses = listed.get_values_for_type(x509.IPAddress)
    return (*listed.get_values_for_type(x509.DNSName), *(str(address) for address in addresses))


def misplaced(chain: Sequence[x509.Certificate]) -> int | None:
    """Index of the first certificate that the next one did not issue, or none."""
    for index, (certificate, issuer) in enumerate(pairwise(chain)):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            return index
    return None


def valid_from(chain: Sequence[x509.Certificate]) -> datetime:
    """When the whole chain has begun to be valid (UTC)."""
    return max(certificate.not_valid_before_utc for certificate in chain)


def valid_until(chain: Sequence[x509.Certificate]) -> datetime:
    """When the first certificate of the chain ends to be valid (UTC)."""
    return min(certificate.not_valid_after_utc for certificate in chain)


def key_belongs(certificate: x509.Certificate, key_pem: str) -> bool:
    """Whether the private key is the certificate's; raises ValueError for no readable key."""
    try:
        key = serialization.load_pem_private_key(key_pem.encode(), password=None)
    except TypeError:
        raise ValueError("the key is encrypted: give it without a passphrase") from None
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(*form) == certificate.public_key().public_bytes(*form)
