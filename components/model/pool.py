"""A pool: the backends behind a listener and how connections are spread over them."""

from collections import Counter
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from components.model.backend import Backend
from components.model.base import Model, refuse
from components.model.health_check import HealthCheck, HealthCheckKind
from components.model.machine import HostName
from components.model.persistence import Persistence
from components.model.proxy_protocol import ProxyProtocol
from components.model.tls import BackendTls

SLOW_START_MS = 10_000
"""Slow start where the setting is left out and the engine has it, ms."""


class Balance(StrEnum):
    """How the next backend is chosen; weights count in all but least connections' ties."""

    ROUND_ROBIN = "round_robin"
    WEIGHTED_ROUND_ROBIN = "weighted_round_robin"
    LEAST_CONNECTIONS = "least_connections"
    SOURCE_HASH = "source_hash"


class PoolProtocol(StrEnum):
    """What the backends speak in HTTP mode: `h2` is what gRPC needs."""

    HTTP1 = "http1"
    H2 = "h2"


class Pool(Model):
    """Backends that serve the same thing."""

    name: HostName
    """Name in the engine's configuration and statistics."""
    backends: tuple[Backend, ...] = Field(min_length=1)
    """The servers."""
    balance: Balance = Balance.ROUND_ROBIN
    """How the next backend is chosen."""
    health_check: HealthCheck | None = None
    """Active check; none leaves every backend in use until connections fail."""
    connect_timeout_ms: int = Field(default=2000, ge=50, le=60_000)
    """How long a connection attempt to a backend may take, ms."""
    retries: int = Field(default=3, ge=0, le=10)
    """Further connection attempts, each to another backend, before the client is refused."""
    slow_start_ms: int | None = Field(default=None, ge=0, le=600_000)
    """Time over which a returned backend is given its full share, ms; 0 gives it at once. Left out:
    10 s where the engine can."""
    close_sessions_of_dead_backend: bool | None = None
    """Close established connections of a backend that went down, so that clients reconnect. Left
    out: where the engine can."""
    reject_when_empty: bool = True
    """Mode tcp: refuse new connections with a reset, before anything of them is read, while no
    backend is up; false closes them after the TLS handshake, if TLS ends here. Neither waits."""
    persistence: Persistence | None = None
    """Send a client to the backend that served it before; none leaves it to `balance`."""
    protocol: PoolProtocol = PoolProtocol.HTTP1
    """Mode http: what the backends speak, `http1` or `h2` (gRPC)."""
    tls: BackendTls | None = None
    """Re-encryption; none speaks with the backends as the client does (mode tcp) or in clear."""
    send_proxy: ProxyProtocol | None = None
    """Tell backends the client's address in a PROXY header of this version."""
    backends_accept_proxy: bool = False
    """Whether the backends expect that header: both ends must agree, which the policy checks."""

    @model_validator(mode="after")
    def _backends_are_distinct(self) -> Self:
        for setting, values in (
            ("name", [b.name for b in self.backends]),
            ("address", [f"{b.address} port {b.port}" for b in self.backends]),
        ):
            twice = [value for value, count in Counter(values).items() if count > 1]
            if twice:
                raise refuse(
                    f"backends[].{setting}",
                    twice[0],
                    f"two backends of pool {self.name} share it",
                    "give every backend its own, or remove one",
                )
        if all(b.backup for b in self.backends):
            raise refuse(
                "backends[].backup",
                "true for all",
                f"pool {self.name} has nothing that they stand by for",
                "leave at least one backend without it",
            )
        if all(b.drain for b in self.backends):
            raise refuse(
                "backends[].drain",
                "true for all",
                f"pool {self.name} would serve nobody",
                "leave at least one backend undrained",
            )
        if self.balance is Balance.ROUND_ROBIN and len({b.weight for b in self.backends}) > 1:
            raise refuse(
                "balance",
                self.balance.value,
                "the backends have different weights",
                "set balance to weighted_round_robin or give all backends one weight",
            )
        return self

    @model_validator(mode="after")
    def _checks_and_traffic_are_verified_alike(self) -> Self:
        """Both go to one port of one server, and HAProxy has one authority for both."""
        check = self.health_check
        if self.tls is None or check is None or check.kind is not HealthCheckKind.HTTPS:
            return self
        if check.ca != self.tls.ca:
            raise refuse(
                "healthCheck.ca",
                "set" if check.ca else "not set",
                f"pool {self.name} re-encrypts and tls.ca of the pool is another",
                "give healthCheck.caFile and the pool's tls.caFile the same authority",
            )
        if check.client_certificate:
            raise refuse(
                "healthCheck.clientCertificate",
                "true",
                f"pool {self.name} re-encrypts: every client would speak with it to the backends",
                "let the backends answer checks without a client certificate",
            )
        return self

    @property
    def serving(self) -> tuple[Backend, ...]:
        """Backends that take new connections while all are healthy."""
        return tuple(b for b in self.available if not b.backup) or self.available

    @property
    def available(self) -> tuple[Backend, ...]:
        """Backends that may serve at some time: all but the drained ones."""
        return tuple(b for b in self.backends if not b.drain)

    @property
    def largest_share(self) -> float:
        """Largest part of new connections that one backend may get, 0 to 1.

        Weights say it for round robin only: the backend with the fewest connections may be one that
        fails fast, and one source may be most of the traffic.
        """
        if self.balance not in (Balance.ROUND_ROBIN, Balance.WEIGHTED_ROUND_ROBIN):
            return 1.0
        total = sum(b.weight for b in self.serving)
        return max(b.weight for b in self.serving) / total
