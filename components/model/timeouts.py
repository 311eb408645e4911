"""Idle times after which the load balancer closes a connection."""

from pydantic import Field

from components.model.base import Model

HOUR_MS = 3_600_000


class Timeouts(Model):
    """Idle times after which the load balancer closes a connection."""

    client_ms: int = Field(default=60_000, ge=1000, le=24 * HOUR_MS)
    """Silence of the client before both sides have spoken (mode http: within a request), ms."""
    server_ms: int = Field(default=60_000, ge=1000, le=24 * HOUR_MS)
    """Silence of the backend before both sides have spoken (mode http: within an answer), ms."""
    tunnel_ms: int = Field(default=4 * HOUR_MS, ge=1000, le=24 * HOUR_MS)
    """Silence on an established connection (mode http: WebSocket and gRPC streams), ms. Below one
    hour it cuts `kubectl exec`, `logs -f` and watches (kubeadm issue 2227)."""
    request_ms: int = Field(default=10_000, ge=100, le=600_000)
    """Mode http: how long a client may take to send the headers of a request, ms."""
    http_keepalive_ms: int = Field(default=60_000, ge=100, le=600_000)
    """Mode http: how long a connection may wait for its next request, ms."""
    queue_ms: int = Field(default=5000, ge=100, le=600_000)
    """How long a connection waits for a free backend, ms."""
    keepalive_idle_s: int = Field(default=30, ge=1, le=7200)
    """TCP keepalive: silence before the first probe, both sides, s."""
    keepalive_interval_s: int = Field(default=10, ge=1, le=600)
    """TCP keepalive: time between probes, s."""
    keepalive_probes: int = Field(default=3, ge=1, le=20)
    """TCP keepalive: unanswered probes until the connection is closed."""
