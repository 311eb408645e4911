"""TLS as nginx does it: profiles, and which certificate a client gets."""

import re
from collections.abc import Mapping

from components.model.listener import Listener, ListenerMode
from components.model.network import covers
from components.model.tls import Certificate, Tls, TlsProfile
from components.render.ciphers import CIPHERS

PROTOCOLS: Mapping[TlsProfile, str] = {
    TlsProfile.INTERMEDIATE: "TLSv1.2 TLSv1.3",
    TlsProfile.MODERN: "TLSv1.3",
}
CIPHERS_OF: Mapping[TlsProfile, str | None] = {
    TlsProfile.INTERMEDIATE: CIPHERS,
    TlsProfile.MODERN: None,
}
"""TLS 1.3 has OpenSSL's own list, which is Mozilla's."""

_DNS_NAME = re.compile(r"(\*\.)?([a-z0-9_-]+\.)*[a-z0-9_-]*[a-z_-][a-z0-9_-]*")
"""What a client may ask for in SNI, or `*.` and that; addresses, whose end is a number, are not."""


def certificate_for(tls: Tls, name: str) -> Certificate:
    """The first certificate for `name`, else the first of all."""
    return next((c for c in tls.certificates if _is_for(c, name)), tls.certificates[0])


def names_with_another_certificate(tls: Tls) -> tuple[str, ...]:
    """Names of all certificates, those that clients can ask for, where there is a choice."""
    if len(tls.certificates) == 1:
        return ()
    offered = {name.lower() for certificate in tls.certificates for name in certificate.names}
    return tuple(sorted(name for name in offered if _DNS_NAME.fullmatch(name)))


def chosen_by_workers(listener: Listener) -> tuple[Certificate, ...]:
    """Certificates that nginx's workers read at each handshake: TCP mode has no server names."""
    tls = listener.tls
    if tls is None or listener.mode is not ListenerMode.TCP or len(tls.certificates) == 1:
        return ()
    return tls.certificates


def as_map_key(name: str) -> str:
    """A certificate's name as `map` compares it: `*.` stands for one label."""
    if not name.startswith("*."):
        return name
    return rf"~^[^.]+\.{re.escape(name[2:])}$"


def _is_for(certificate: Certificate, name: str) -> bool:
    return any(name == own.lower() or covers(own, name) for own in certificate.names)
