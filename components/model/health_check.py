"""The active check that decides whether a backend gets connections."""

from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from components.model.base import Model, refuse
from components.model.network import DnsName


class HealthCheckKind(StrEnum):
    """What a probe does: a full HTTPS or HTTP request, or a TCP connection only."""

    HTTPS = "https"
    HTTP = "http"
    TCP = "tcp"


class HealthCheck(Model):
    """How a pool probes its backends.

    A backend that answers with another status than `expected_status` is drained at once: it gets
    no new connections and established ones finish, which is what a kube-apiserver wants while it
    shuts down. One that refuses, hangs or is silent for `fall` probes is down.
    """

    kind: HealthCheckKind = HealthCheckKind.HTTPS
    """What a probe does: a whole HTTPS or HTTP request, or a TCP connection only."""
    path: str = Field(default="/readyz", pattern=r"^/[!-~]*$", max_length=1024)
    """Path of the request. kube-apiserver's `/healthz` stays 200 during shutdown: use `/readyz`."""
    expected_status: int = Field(default=200, ge=100, le=599)
    """The only HTTP status that counts as healthy."""
    server_name: DnsName = "kubernetes"
    """Name sent in SNI and Host, and demanded of the backend's certificate."""
    ca: str | None = None
    """PEM of the authority that signed the backends' certificates (https); in a stack file give
    `caFile`, its path relative to the project, instead."""
    insecure_skip_verify: bool = False
    """Opt out of verifying the backend's certificate (https)."""
    client_certificate: bool = False
    """Authenticate the probe with a client certificate, for clusters without anonymous access."""
    interval_ms: int = Field(default=2000, ge=100, le=60_000)
    """Time between two probes of a healthy backend, ms."""
    fast_interval_ms: int = Field(default=1000, ge=100, le=60_000)
    """Time between two probes while the state is changing, ms."""
    timeout_ms: int = Field(default=2000, ge=50, le=60_000)
    """How long one probe waits for the answer, ms. Connection and TLS handshake before it must be
    done within `connectTimeoutMs` and within the interval (HAProxy 2.6, measured)."""
    fall: int = Field(default=2, ge=1, le=10)
    """Probes without an answer in a row until a backend is down. An answer with another status
    drains it at the first probe, without counting."""
    rise: int = Field(default=2, ge=1, le=10)
    """Good probes in a row until a backend that was down is up again; a drained one is back at the
    first."""
    passive: bool = False
    """Accept an engine without active checks (nginx): it judges a backend by the connections of
    clients that failed. An engine with active checks still makes them."""
    max_fails: int = Field(default=1, ge=1, le=100)
    """Passive: failed connections within `failTimeoutS` until a backend is out."""
    fail_timeout_s: int = Field(default=10, ge=1, le=600)
    """Passive: how long a backend is out until one connection tries it again, s."""

    @field_validator("ca")
    @classmethod
    def _it_holds_no_key(cls, pem: str | None) -> str | None:
        if pem is not None and "PRIVATE KEY-----" in pem:
            raise refuse(
                "healthCheck.ca",
                "a text with a private key",
                "everybody could read it",
                "give the certificate of the authority alone",
            )
        return pem

    @model_validator(mode="after")
    def _https_has_an_authority(self) -> Self:
        if self.kind is HealthCheckKind.HTTPS and self.ca is None and not self.insecure_skip_verify:
            raise refuse(
                "healthCheck.ca",
                "not set",
                "an https check verifies the backend's certificate",
                "set healthCheck.caFile to the cluster's CA (/etc/kubernetes/pki/ca.crt)",
            )
        if self.client_certificate and self.kind is not HealthCheckKind.HTTPS:
            raise refuse(
                "healthCheck.clientCertificate",
                "true",
                f"a {self.kind.value} check has no TLS",
                "set healthCheck.kind to https",
            )
        return self
