"""Persistence: further connections of a client go to the backend that served it before."""

from enum import StrEnum

from pydantic import Field

from components.model.base import Model


class PersistenceKind(StrEnum):
    """By what a client is known again: its address, or a cookie that the load balancer sets."""

    SOURCE = "source"
    COOKIE = "cookie"


class Persistence(Model):
    """How clients stick to a backend. A backend that is down loses its clients to others."""

    kind: PersistenceKind
    """`source` (stick table, shared by the nodes: survives a take-over) or `cookie` (mode http)."""
    cookie_name: str = Field(default="lb", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the cookie."""
    idle_s: int = Field(default=1800, ge=1, le=7 * 24 * 3600)
    """How long a source that is not seen is remembered, s."""
    table_size: int = Field(default=100_000, ge=100, le=10_000_000)
    """Most sources that are remembered; each takes about 100 bytes on every node."""
