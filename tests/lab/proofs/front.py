"""A further TLS listener of the lab's stack: ends TLS, encrypts again to the kube-apiservers."""

import socket
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from lab.endpoint import PREFIX
from lab.fabric.namespaces import entered
from lab.stack import command, environment
from lab.state import Lab
from tests.authority import Issued
from tests.lab.proofs.stack import Change, Settings, StackUnderTest

PORT = 7443
CERTIFICATE = "front"


@dataclass(frozen=True, kw_only=True)
class StackWithKeys(StackUnderTest):
    """The stack, with private keys of certificates among its secrets."""

    keys: Mapping[str, str]
    """Private key by the name of its certificate, PEM."""

    def _settings(self, change: Change) -> Settings:
        """With an objective that the patient checks of the listener meet."""
        settings = super()._settings(change)
        settings["config"][f"{PREFIX}slo"]["worstOutageMs"] = 60_000
        return settings

    def _file(self, change: Change) -> Path:
        file = super()._file(change)
        for name, key in self.keys.items():
            self._set_key(file, name, key)
        return file

    def _set_key(self, file: Path, name: str, key: str) -> None:
        """As a user does it: encrypted into the stack file, the key through stdin."""
        arguments = ["config", "set", "--secret", "--path", f"{PREFIX}tlsKeys.{name}"]
        where = ["--stack", self.lab.name, "--config-file", str(file)]
        subprocess.run(
            command(self.lab, self.parts, [*arguments, *where]),
            env=environment(self.lab, self.parts),
            input=key,
            text=True,
            capture_output=True,
            check=True,
        )


def with_front(issued: Issued) -> Change:
    """Adds the listener with this certificate.

    Its checks are patient: a machine that stalls under the load of a proof must not look like
    backends that are down.
    """

    def change(settings: Settings) -> None:
        check = {**settings["healthCheck"], "passive": True, "timeoutMs": 5000, "fall": 10}
        settings["listeners"] = [
            {
                "name": "front",
                "port": PORT,
                "tls": {"certificates": [{"name": CERTIFICATE, "chain": issued.chain}]},
                "pool": {
                    "name": "front-apiservers",
                    "connectTimeoutMs": 5000,
                    "backends": settings["backends"],
                    "healthCheck": check,
                    "tls": {"serverName": "kubernetes", "caFile": check["caFile"]},
                },
            }
        ]

    return change


def front_certificate(lab: Lab, vip: str) -> x509.Certificate:
    """What a new connection from the lab's client gets. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with entered(lab.namespace_path("client")):
        plain = socket.create_connection((vip, PORT), timeout=5)
    with plain, context.wrap_socket(plain) as session:
        sent = session.getpeercert(binary_form=True)
    assert sent is not None
    return x509.load_der_x509_certificate(sent)
