"""A backend: one server that a pool sends connections to."""

from pydantic import Field

from components.model.address import Address
from components.model.base import Model
from components.model.machine import HostName


class Backend(Model):
    """One server of a pool, for example one kube-apiserver."""

    name: HostName
    """Name in the engine's configuration, its statistics and its log."""
    address: Address
    """Address that the load balancer connects to."""
    port: int = Field(default=6443, ge=1, le=65535)
    """TCP port of the server."""
    weight: int = Field(default=100, ge=1, le=256)
    """Share of the connections relative to the other backends (HAProxy allows 1 to 256)."""
    backup: bool = False
    """Serve only when every other backend of the pool is down."""
    drain: bool = False
    """Take no new connections; established ones finish."""
    max_connections: int | None = Field(default=None, ge=1, le=1_000_000)
    """Connections this backend serves at the same time; more wait for `timeouts.queueMs`."""
    failure_domain: str | None = None
    """What this backend shares its fate with: a rack, a hypervisor, a zone."""
