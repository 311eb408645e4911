"""Routes as nginx knows them: server blocks by host, and in each its locations by path."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from components.model.listener import Listener
from components.model.pool import Pool
from components.model.route import HttpRoute, PathMatch
from components.render.nginx.tls import names_with_another_certificate


@dataclass(frozen=True, kw_only=True)
class Location:
    """A `location`: requests for one path, or for all paths that begin with it."""

    exact: bool
    path: str
    pool: Pool | None
    """None answers 404."""


@dataclass(frozen=True, kw_only=True)
class ServerBlock:
    """A `server` block; the one without a name is the listener's default."""

    name: str
    locations: tuple[Location, ...]


def server_blocks(listener: Listener) -> tuple[ServerBlock, ...]:
    """The default one first, then those of all hosts that have routes or certificates."""
    hosts = {host for route in listener.routes for host in route.hosts}
    if listener.tls is not None:
        hosts.update(names_with_another_certificate(listener.tls))
    if listener.http.redirect_to_https_port is not None:
        hosts.clear()
    return tuple(
        ServerBlock(name=name, locations=_locations(listener, name))
        for name in ("", *sorted(hosts))
    )


def _locations(listener: Listener, name: str) -> tuple[Location, ...]:
    """What serves requests for `name`: nginx chooses by host first, as the model does, but looks in
    one block only, so that it has the routes of less specific hosts as well."""
    pools: dict[tuple[PathMatch, str], Pool | None] = {}
    taken: list[str] = []
    for routes in _by_specificity(listener, name):
        free = [route for route in routes if not any(_below(_path(route), p) for p in taken)]
        for route in free:
            pools.setdefault((route.path_match, _path(route)), route.pool)
        taken += [_path(route) for route in free if route.path_match is PathMatch.PREFIX]
    pools.setdefault((PathMatch.PREFIX, "/"), listener.pool)
    return tuple(
        Location(exact=exact, path=path, pool=pool)
        for (exact, path), pool in sorted(_as_nginx_matches(pools).items(), reverse=True)
    )


def _as_nginx_matches(
    pools: dict[tuple[PathMatch, str], Pool | None],
) -> dict[tuple[bool, str], Pool | None]:
    """nginx compares beginnings: a prefix of whole elements is its own path and what is below."""
    found: dict[tuple[bool, str], Pool | None] = {}
    for (match, path), pool in pools.items():
        if match is PathMatch.EXACT:
            found[True, path] = pool
        elif path == "/":
            found[False, path] = pool
        else:
            found[False, f"{path}/"] = pool
            if (PathMatch.EXACT, path) not in pools:
                found[True, path] = pool
    return found


def _by_specificity(listener: Listener, name: str) -> Iterator[list[HttpRoute]]:
    """Routes whose hosts stand for `name`, those of the most specific host first."""
    hosts = {host for route in listener.routes for host in route.hosts}
    matching = [host for host in hosts if _matches(host, name)]
    for host in sorted(matching, key=lambda host: (host.startswith("*."), -len(host))):
        yield [route for route in listener.routes if host in route.hosts]
    yield [route for route in listener.routes if not route.hosts]


def _matches(host: str, name: str) -> bool:
    """Whether a route's host stands for a name, or for all names that a wildcard stands for."""
    return host == name or (host.startswith("*.") and name.endswith(host[1:]))


def _below(path: str, prefix: str) -> bool:
    return prefix in ("/", path) or path.startswith(f"{prefix}/")


def _path(route: HttpRoute) -> str:
    """The path as nginx compares it, decoded."""
    return unquote(route.path, errors="strict")
