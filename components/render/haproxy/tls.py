"""TLS of a `bind` line and of a `server` line."""

import re

from components.model.listener import Listener, ListenerMode
from components.model.network import covers
from components.model.pool import Pool, PoolProtocol
from components.model.tls import Tls, TlsProfile
from components.render.ciphers import CIPHERS
from components.render.haproxy.quoting import beside, constant, word
from components.render.layout import certificate_file
from components.render.plan import ManagedFile

_SUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
_DNS_NAME = re.compile(r"(\*\.)?[a-zA-Z0-9_.-]+")
"""What a client can ask for; a certificate may bring anything as a name."""
_CURVES = "X25519:P-256:P-384"
_PROFILES = {
    TlsProfile.INTERMEDIATE: f"ssl-min-ver TLSv1.2 ciphers {CIPHERS} ciphersuites {_SUITES}",
    TlsProfile.MODERN: f"ssl-min-ver TLSv1.3 ciphersuites {_SUITES}",
}
"""Mozilla's server-side TLS guidelines 5.7."""


def bind_options(listener: Listener) -> str:
    """What the `bind` lines of a listener say about TLS, with a space before it; none is empty."""
    tls = listener.tls
    if tls is None:
        return ""
    words = [
        f"ssl crt-list {beside(certificate_list_file(listener))}",
        _PROFILES[tls.profile],
        f"curves {_CURVES} no-tls-tickets prefer-client-ciphers",
    ]
    if listener.mode is ListenerMode.HTTP:
        words.append("alpn h2,http/1.1" if tls.http2 else "alpn http/1.1")
    if tls.client_authority is not None:
        words.append(f"ca-file {beside(client_authority_file(listener))} verify required")
    return " " + " ".join(words)


def server_options(pool: Pool) -> tuple[str, ...]:
    """What a `server` line says about re-encryption, but for whom it verifies."""
    if pool.tls is None:
        return ()
    alpn = ("alpn h2",) if pool.protocol is PoolProtocol.H2 else ()
    return ("ssl", "ssl-min-ver TLSv1.2", f"sni {constant(pool.tls.server_name)}", *alpn)


def verification(ca: str | None, ca_file: str, server_name: str) -> str:
    """How a backend's certificate is verified: by the authority in `ca_file`, if there is one."""
    if ca is None:
        return "verify none"
    return f"verify required ca-file {beside(ca_file)} verifyhost {word(server_name)}"


def certificate_list(listener: Listener, tls: Tls) -> ManagedFile:
    """The file that says which certificate a client gets: the first one that is for the name it
    asks for, else the first of all.

    HAProxy itself prefers an exact name to a wildcard, whatever their order, so each certificate is
    listed with the names that none before it is for.
    """
    lines: list[str] = []
    listed: list[str] = []
    for certificate in tls.certificates:
        names = [name.lower() for name in certificate.names if _DNS_NAME.fullmatch(name)]
        new = [name for name in names if not any(_stands_for(before, name) for before in listed)]
        if new or not lines:
            lines.append(" ".join((certificate_file(certificate.name), *(new or ["!*"]))))
        listed += new
    return ManagedFile(
        path=f"haproxy/{certificate_list_file(listener)}", content="\n".join(lines) + "\n"
    )


def _stands_for(before: str, name: str) -> bool:
    return before == name or (not name.startswith("*.") and covers(before, name))


def certificate_list_file(listener: Listener) -> str:
    """Name of the file with the certificates of a listener, beside haproxy.cfg."""
    return f"{listener.name}-certificates.txt"


def client_authority_file(listener: Listener) -> str:
    """Name of the file with the authority of a listener's clients, beside haproxy.cfg."""
    return f"{listener.name}.client-ca.pem"


def backend_authority_file(pool: Pool) -> str:
    """Name of the file with the authority of a pool's backends, beside haproxy.cfg."""
    return f"{pool.name}.backend-ca.pem"
