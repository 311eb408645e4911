"""The lab's certificate authority and everything it signs.

Keys are ECDSA P-256, the lab's certificates live a year. Every apiserver has a certificate of its
own, with the VIPs among its names: a client that comes through the load balancer verifies it.
"""

import datetime as dt
import ipaddress
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.hosts import CONTROL_PLANES, SERVICE_NETWORK4, ipv4, ipv6
from lab.state import Lab

LIFETIME = dt.timedelta(days=365)
RENEW_BEFORE = dt.timedelta(days=7)
CLIENTS = {
    "admin": ("admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", None),
    "load-balancer": ("load-balancer", None),
}
"""File name: common name (the user) and organisation (the group) of each client certificate."""

_SERVICE_NAMES = (
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)

_FILES = (
    "ca.crt",
    "ca.key",
    "service-account.key",
    "service-account.pub",
    *(f"{name}.{part}" for name in (*CLIENTS, *CONTROL_PLANES) for part in ("crt", "key")),
)


def ensure_pki(lab: Lab) -> bool:
    """Makes the whole set unless a complete one is there that is good for another week.

    Returns whether it made one; everything signed by the former CA is then of no use any more.
    The set appears at once or not at all.
    """
    if _is_current(lab.pki):
        return False
    fresh = lab.pki.with_name("pki.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _make_all(fresh)
    shutil.rmtree(lab.pki, ignore_errors=True)
    fresh.rename(lab.pki)
    return True


def _is_current(folder: Path) -> bool:
    if not all((folder / name).is_file() for name in _FILES):
        return False
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    return authority.not_valid_after_utc > dt.datetime.now(dt.UTC) + RENEW_BEFORE


def _make_all(folder: Path) -> None:
    authority = _Authority()
    _write(folder / "ca.crt", authority.certificate.public_bytes(Encoding.PEM), mode=0o644)
    _write_key(folder / "ca.key", authority.key)
    for host in CONTROL_PLANES:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority.sign(
            key, host, None, ExtendedKeyUsageOID.SERVER_AUTH, apiserver_names(host)
        )
        _write(folder / f"{host}.crt", certificate.public_bytes(Encoding.PEM), mode=0o644)
        _write_key(folder / f"{host}.key", key)
    for name, (user, group) in CLIENTS.items():
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority.sign(key, user, group, ExtendedKeyUsageOID.CLIENT_AUTH, [])
        _write(folder / f"{name}.crt", certificate.public_bytes(Encoding.PEM), mode=0o644)
        _write_key(folder / f"{name}.key", key)
    signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _write_key(folder / "service-account.key", signer)
    public = signer.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(folder / "service-account.pub", public, mode=0o644)


def apiserver_names(host: str) -> list[x509.GeneralName]:
    """Every name a client may know this apiserver by."""
    addresses = [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
        SERVICE_NETWORK4[1],
        ipv4(host),
        ipv6(host),
        ipv4("vip"),
        ipv6("vip"),
    ]
    return [
        *(x509.DNSName(name) for name in (host, "localhost", *_SERVICE_NAMES)),
        *(x509.IPAddress(address) for address in addresses),
    ]


class _Authority:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "k8s-ha-lb lab CA")])
        self.certificate = (
            _builder(self.name, self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def sign(
        self,
        key: ec.EllipticCurvePrivateKey,
        user: str,
        group: str | None,
        purpose: x509.ObjectIdentifier,
        names: Sequence[x509.GeneralName],
    ) -> x509.Certificate:
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
        if group is not None:
            subject.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
        builder = (
            _builder(x509.Name(subject), self.name, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(path, pem, mode=0o600)


def _write(path: Path, content: bytes, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
