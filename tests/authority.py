"""An authority for tests, in memory: server, client and intermediate certificates, good and bad."""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
_SKEW = datetime.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate with its key, all PEM."""

    certificate: str
    key: str
    intermediates: str = ""
    """The certificates between this one and the root, nearest first."""

    @property
    def chain(self) -> str:
        """What a server sends: the certificate and its intermediates."""
        return self.certificate + self.intermediates

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate itself."""
        return x509.load_pem_x509_certificate(self.certificate.encode())


class Authority:
    """Signs certificates. Each is valid from five minutes ago for a day unless told otherwise."""

    def __init__(self, name: str, *, issuer: Self | None = None) -> None:
        """A root, or an intermediate of `issuer`."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        signer = issuer or self
        builder = _builder(
            self._name,
            signer._name,
            self._key,
            issuer_key=signer._key,
            valid_from=_now() - _SKEW,
            valid_for=DAY,
        )
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        signed = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(usage, True)
            .sign(signer._key, hashes.SHA256())
        )
        self.certificate = _pem(signed)
        """PEM of its own certificate."""
        self._above = "" if issuer is None else self.certificate + issuer._above

    def server(
        self,
        *names: str,
        valid_from: datetime.datetime | None = None,
        valid_for: datetime.timedelta = DAY,
    ) -> Issued:
        """For these DNS names and addresses; the first one is the common name too."""
        return self._issue(
            names, ExtendedKeyUsageOID.SERVER_AUTH, valid_from or _now() - _SKEW, valid_for
        )

    def expired(self, *names: str) -> Issued:
        """For a server, and no longer valid."""
        return self.server(*names, valid_from=_now() - 2 * DAY, valid_for=DAY)

    def client(self, name: str) -> Issued:
        """For a client."""
        return self._issue((name,), ExtendedKeyUsageOID.CLIENT_AUTH, _now() - _SKEW, DAY)

    def _issue(
        self,
        names: Sequence[str],
        usage: x509.ObjectIdentifier,
        valid_from: datetime.datetime,
        valid_for: datetime.timedelta,
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = (
            _builder(
                _name(names[0]),
                self._name,
                key,
                issuer_key=self._key,
                valid_from=valid_from,
                valid_for=valid_for,
            )
            .add_extension(x509.SubjectAlternativeName([_alternative(n) for n in names]), False)
            .add_extension(x509.ExtendedKeyUsage([usage]), False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Issued(certificate=_pem(signed), key=private.decode(), intermediates=self._above)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer_key: ec.EllipticCurvePrivateKey,
    valid_from: datetime.datetime,
    valid_for: datetime.timedelta,
) -> x509.CertificateBuilder:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_from + valid_for)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(authority, False)
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
