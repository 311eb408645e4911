"""Limits per source; what exceeds one is refused, everybody else is served."""

from pydantic import Field

from components.model.base import Model

IPV6_SOURCE_BITS = 64
"""A subnet's own part of an IPv6 address (RFC 4291): one machine may use all that follows."""


class Limits(Model):
    """What one source may take of a listener; none means no limit.

    A source is an IPv4 address or the /64 of an IPv6 address, whose machines may take as many
    addresses of it as they like.
    """

    connections_per_source: int | None = Field(default=None, ge=1, le=65_535)
    """Connections at the same time (nginx counts up to 65,535)."""
    connection_rate_per_source: int | None = Field(default=None, ge=1, le=100_000)
    """New connections in one second."""
    request_rate_per_source: int | None = Field(default=None, ge=1, le=100_000)
    """Requests in one second (mode http); more are answered with status 429."""
