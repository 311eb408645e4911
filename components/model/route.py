"""Routes of a listener: which pool serves which names and paths."""

import re
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, unquote_to_bytes

from pydantic import Field, model_validator

from components.model.base import Model, refuse
from components.model.network import RouteHost
from components.model.pool import Pool

_ESCAPE = re.compile("%(?!00)[0-9A-Fa-f]{2}")
_SLASH = re.compile("%2f", re.IGNORECASE)


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

    @model_validator(mode="after")
    def _a_request_can_match(self) -> Self:
        """Gateway API refuses the same paths: servers write them another way before they match."""
        elements = unquote(self.path).split("/")[1:]
        if {".", ".."} & set(elements) or "" in elements[:-1] or _SLASH.search(self.path):
            raise refuse(
                "routes[].path",
                self.path,
                "no request has //, /./, /../ or %2F in its path once it is normalised",
                "write it without them",
            )
        if not _decodes(self.path):
            raise refuse(
                "routes[].path",
                self.path,
                "engines compare decoded paths, and this is no text in UTF-8",
                "write % with two digits, for UTF-8 and no zero byte",
            )
        if self.path_match is PathMatch.PREFIX and self.path != "/" and self.path.endswith("/"):
            raise refuse(
                "routes[].path",
                self.path,
                "a prefix is made of whole elements",
                f"write {self.path.rstrip('/')}, which matches {self.path} too",
            )
        return self


class SniRoute(Model):
    """TLS connections for any of the names go to the pool, without being decrypted."""

    server_names: tuple[RouteHost, ...] = Field(min_length=1)
    """Names that clients ask for (SNI), `*.name` for one or more labels before it."""
    pool: Pool
    """The backends that serve it."""


def _decodes(path: str) -> bool:
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return False
    return "%" not in _ESCAPE.sub("", path)
