"""Routes of a listener: which pool serves which names and paths."""

from enum import StrEnum

from pydantic import Field

from components.model.base import Model
from components.model.network import RouteHost
from components.model.pool import Pool


class PathMatch(StrEnum):
    """`prefix` matches whole path elements (`/a` matches `/a` and `/a/b`, not `/ab`)."""

    PREFIX = "prefix"
    EXACT = "exact"


class HttpRoute(Model):
    """Requests for any of the hosts and for the path go to the pool.

    The most specific route wins, whatever the order: an exact host before `*.name` (the longest
    first) before any host, then an exact path before a prefix, then the longest prefix.
    """

    hosts: tuple[RouteHost, ...] = ()
    """Names in the request, `*.name` for one or more labels before it; none means any."""
    path: str = Field(default="/", pattern=r"^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$", max_length=1024)
    """Path as RFC 3986 writes it, case-sensitive."""
    path_match: PathMatch = PathMatch.PREFIX
    """`prefix` for whole path elements, or `exact`."""
    pool: Pool
    """The backends that serve it."""


class SniRoute(Model):
    """TLS connections for any of the names go to the pool, without being decrypted."""

    server_names: tuple[RouteHost, ...] = Field(min_length=1)
    """Names that clients ask for (SNI), `*.name` for one or more labels before it."""
    pool: Pool
    """The backends that serve it."""
