"""Limits per client address; what exceeds one is refused, everybody else is served."""

from pydantic import Field

from components.model.base import Model


class Limits(Model):
    """What one source address may take of a listener; none means no limit."""

    connections_per_source: int | None = Field(default=None, ge=1, le=65_535)
    """Connections at the same time; an address has 65,535 ports to make them from."""
    connection_rate_per_source: int | None = Field(default=None, ge=1, le=100_000)
    """New connections in one second."""
    request_rate_per_source: int | None = Field(default=None, ge=1, le=100_000)
    """Requests in one second (mode http); more are answered with status 429."""
