"""Persistence: further connections of a client go to the backend that served it before."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from components.model.base import Model, refuse

COOKIE_NAME = "lb"
"""Name of the cookie where the setting is left out."""


class PersistenceKind(StrEnum):
    """By what a client is known again: its address, or a cookie that the load balancer sets."""

    SOURCE = "source"
    COOKIE = "cookie"


class Persistence(Model):
    """How clients stick to a backend. A backend that is down loses its clients to others."""

    kind: PersistenceKind
    """`source` (stick table, shared by the nodes: survives a take-over) or `cookie` (mode http)."""
    cookie_name: str = Field(default=COOKIE_NAME, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the cookie; for kind `cookie` alone."""
    idle_s: int = Field(default=1800, ge=1, le=7 * 24 * 3600)
    """How long a source that is not seen is remembered, s."""
    table_size: int = Field(default=100_000, ge=100, le=10_000_000)
    """Most sources that are remembered; each takes about 100 bytes on every node."""

    @model_validator(mode="after")
    def _a_cookie_is_named_where_one_is_set(self) -> Self:
        if self.kind is PersistenceKind.SOURCE and self.cookie_name != COOKIE_NAME:
            raise refuse(
                "persistence.cookieName",
                self.cookie_name,
                "persistence.kind is source, which sets no cookie",
                "leave it out, or set persistence.kind to cookie",
            )
        return self
