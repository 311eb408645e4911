"""A listener: the port that clients connect to, what it understands, and where traffic goes."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Self
from urllib.parse import unquote

from pydantic import Field, model_validator

from components.model.base import Model, refuse
from components.model.http import Http
from components.model.limits import Limits
from components.model.machine import HostName
from components.model.network import Network, require_consistent
from components.model.persistence import PersistenceKind
from components.model.pool import Pool, PoolProtocol
from components.model.route import HttpRoute, SniRoute
from components.model.timeouts import Timeouts
from components.model.tls import Tls


class ListenerMode(StrEnum):
    """What the load balancer understands of the traffic: connections, or requests."""

    TCP = "tcp"
    HTTP = "http"


class Listener(Model):
    """A port on every VIP, and the pools behind it."""

    name: HostName
    """Name in the engine's configuration and statistics."""
    port: int = Field(ge=1, le=65535)
    """Port that clients connect to, on every VIP."""
    mode: ListenerMode = ListenerMode.TCP
    """`tcp` passes connections on as they are; `http` understands requests."""
    timeouts: Timeouts = Timeouts()
    """Idle times after which connections are closed."""
    pool: Pool | None = None
    """Backends for what no route takes; without it that is refused."""
    routes: tuple[HttpRoute, ...] = ()
    """Mode http: pools by host and path."""
    sni_routes: tuple[SniRoute, ...] = ()
    """Mode tcp without `tls`: pools by the name that TLS clients ask for."""
    tls: Tls | None = None
    """Terminate TLS here; none passes it through."""
    http: Http = Http()
    """Options of mode http."""
    accept_proxy_from: tuple[Network, ...] = ()
    """Networks whose PROXY header (v1 or v2) tells the client's address. With any given, every
    connection must bring the header, and those from elsewhere are refused."""
    allowed_cidrs: tuple[Network, ...] = ()
    """Client networks that are served; none given serves all."""
    denied_cidrs: tuple[Network, ...] = ()
    """Client networks that are refused, also inside allowed ones."""
    limits: Limits = Limits()
    """Limits per source: an IPv4 address, or the /64 of an IPv6 address."""

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Every pool once: the default first, then those of the routes in order of their names."""
        default = (self.pool,) if self.pool else ()
        routed = {route.pool.name: route.pool for route in (*self.routes, *self.sni_routes)}
        others = (
            routed[name] for name in sorted(routed) if self.pool is None or name != self.pool.name
        )
        return (*default, *others)

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names that routes and `tls.names` tell of, each once; others may be served too."""
        routed = [name for route in self.routes for name in route.hosts]
        routed += [name for route in self.sni_routes for name in route.server_names]
        return tuple(dict.fromkeys((*routed, *(self.tls.names if self.tls else ()))))

    @model_validator(mode="after")
    def _something_serves(self) -> Self:
        if not self.pools and self.http.redirect_to_https_port is None:
            raise refuse(
                f"listeners[{self.name}].pool",
                "not set",
                "the listener has no route either: it would serve nobody",
                "set pool, routes or sniRoutes",
            )
        by_name: dict[str, Pool] = {}
        routed = [route.pool for route in (*self.routes, *self.sni_routes)]
        for pool in (*((self.pool,) if self.pool else ()), *routed):
            if by_name.setdefault(pool.name, pool) != pool:
                raise refuse(
                    f"listeners[{self.name}].pool.name",
                    pool.name,
                    "two different pools have it",
                    "give them different names or the same settings",
                )
        return self

    @model_validator(mode="after")
    def _the_mode_has_it(self) -> Self:
        for setting, value, why, fix in self._misfits():
            raise refuse(f"listeners[{self.name}].{setting}", value, why, fix)
        return self

    def _misfits(self) -> Iterator[tuple[str, object, str, str]]:
        if self.mode is ListenerMode.TCP:
            yield from self._misfits_of_tcp()
        elif self.sni_routes:
            fix = "use routes"
            yield "sniRoutes", self._sni_names, "mode http routes by the request's host", fix
        yield from self._misfits_of_tls()

    def _misfits_of_tcp(self) -> Iterator[tuple[str, object, str, str]]:
        http_only = "only mode http understands requests"
        use_http = "set mode to http or leave it out"
        if self.routes:
            routed = ", ".join(f"{', '.join(r.hosts) or 'any host'} {r.path}" for r in self.routes)
            yield "routes", routed, http_only, f"{use_http}; mode tcp has sniRoutes"
        if self.http != Http():
            own = self.http.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            yield "http", f"given with {', '.join(own)}", http_only, use_http
        rate = self.limits.request_rate_per_source
        if rate is not None:
            yield "limits.requestRatePerSource", rate, http_only, use_http
        for pool in self.pools:
            at = f"pool[{pool.name}]"
            if pool.protocol is not PoolProtocol.HTTP1:
                yield f"{at}.protocol", pool.protocol.value, http_only, use_http
            if pool.persistence and pool.persistence.kind is PersistenceKind.COOKIE:
                yield f"{at}.persistence.kind", pool.persistence.kind.value, http_only, use_http
            if pool.tls is not None and self.tls is None:
                yield (
                    f"{at}.tls",
                    f"given for {pool.tls.server_name}",
                    "without tls on the listener the client's own bytes are passed through",
                    "set tls on the listener too, or leave it out",
                )

    def _misfits_of_tls(self) -> Iterator[tuple[str, object, str, str]]:
        redirect, hsts = self.http.redirect_to_https_port, self.http.hsts_max_age_s
        if self.tls is not None and self.sni_routes:
            why = "they pass TLS through and tls ends it"
            yield "sniRoutes", self._sni_names, why, "set one of them"
        if self.tls is not None and redirect is not None:
            fix = "set it on the http one"
            yield "http.redirectToHttpsPort", redirect, "this listener is https", fix
        if self.tls is None and hsts is not None:
            yield "http.hstsMaxAgeS", hsts, "browsers heed it over https alone", "set it beside tls"
        for pool in self.pools:
            if pool.protocol is PoolProtocol.H2 and not (self.tls and self.tls.http2):
                yield (
                    f"pool[{pool.name}].protocol",
                    pool.protocol.value,
                    "gRPC clients need HTTP/2, which is agreed on in TLS",
                    "set tls with http2",
                )

    @property
    def _sni_names(self) -> str:
        return ", ".join(name for route in self.sni_routes for name in route.server_names)

    @model_validator(mode="after")
    def _networks_are_consistent(self) -> Self:
        require_consistent(self.allowed_cidrs, self.denied_cidrs, f"listeners[{self.name}]")
        return self

    @model_validator(mode="after")
    def _routes_are_distinct(self) -> Self:
        keys = [
            f"{host or 'any host'}{unquote(route.path)} ({route.path_match.value})"
            for route in self.routes
            for host in (route.hosts or ("",))
        ]
        keys += [name for route in self.sni_routes for name in route.server_names]
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            raise refuse(
                f"listeners[{self.name}].routes",
                twice[0],
                "two routes match exactly the same",
                "remove one of them",
            )
        return self

    @model_validator(mode="after")
    def _certificates_are_for_the_routes(self) -> Self:
        if self.tls is not None:
            for route in self.routes:
                self.tls.require_names(route.hosts, f"listeners[{self.name}].routes[].hosts")
        return self
