"""What a prober is asked to do, as its command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Mode = Literal["tcp", "tls", "http"]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One target and how a client uses it. The prober checks every value and refuses bad ones.

    `tcp` connects only. `tls` connects, verifies the server certificate against `ca` (and `san`,
    when given) and asks for `path`, expecting `expect`. `http` does the same without TLS.
    The server is known by the certificate's common name, or by `identity_header` of its answer.
    Targets outside loopback, 198.18.0.0/15 and 2001:2::/48 are refused.
    """

    target: str
    port: int
    mode: Mode = "tls"
    timeout_ms: int = 300
    """Bound of an attempt or a request; under 1 s, or a resent SYN hides an outage."""
    duration_s: int = 120
    """Hard bound of the run, at most 600 s, also when nobody stops it."""
    ca: Path | None = None
    san: str | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    source: str | None = None
    path: str = "/readyz"
    host: str | None = None
    expect: int = 200
    identity_header: str | None = None

    def arguments(self) -> list[str]:
        """The prober's options for this probe."""
        return [word for pair in self._pairs() for word in pair]

    def _pairs(self) -> Iterator[tuple[str, str]]:
        chosen = {
            "--target": self.target,
            "--port": self.port,
            "--mode": self.mode,
            "--timeout-ms": self.timeout_ms,
            "--duration-s": self.duration_s,
            "--ca": self.ca,
            "--san": self.san,
            "--client-cert": self.client_cert,
            "--client-key": self.client_key,
            "--source": self.source,
            "--path": self.path,
            "--host": self.host,
            "--expect": self.expect,
            "--identity-header": self.identity_header,
        }
        for option, value in chosen.items():
            if value is not None:
                yield option, str(value)
