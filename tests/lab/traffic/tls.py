"""TLS of the bench's servers and clients."""

import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from tests.authority import Authority, Issued


def server_context(issued: Issued, *, clients: Authority | None = None) -> ssl.SSLContext:
    """A server with this certificate; with `clients`, one that demands theirs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, issued)
    if clients is not None:
        context.load_verify_locations(cadata=clients.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@dataclass(frozen=True, kw_only=True)
class ClientTls:
    """How a client speaks TLS."""

    server_name: str
    """Name in SNI, demanded of the certificate when `authority` is given."""
    authority: Authority | None = None
    """Who must have signed the server's certificate; none accepts any."""
    certificate: Issued | None = None
    """The client's own."""
    alpn: tuple[str, ...] = ()
    minimum: ssl.TLSVersion = ssl.TLSVersion.MINIMUM_SUPPORTED
    maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED

    def context(self) -> ssl.SSLContext:
        """The same for Python's ssl."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.authority is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            context.load_verify_locations(cadata=self.authority.certificate)
        if self.certificate is not None:
            _load(context, self.certificate)
        if self.alpn:
            context.set_alpn_protocols(list(self.alpn))
        if self.minimum < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL 3 has TLS 1.0 and 1.1 there only
        context.minimum_version, context.maximum_version = self.minimum, self.maximum
        return context


def served_certificate(session: ssl.SSLSocket) -> x509.Certificate:
    """What the server sent. Raises ValueError before the handshake."""
    sent = session.getpeercert(binary_form=True)
    if sent is None:
        raise ValueError("the server sent no certificate")
    return x509.load_der_x509_certificate(sent)


def _load(context: ssl.SSLContext, issued: Issued) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "pem"
        pem.touch(mode=0o600)
        pem.write_text(issued.chain + issued.key)
        context.load_cert_chain(pem)
