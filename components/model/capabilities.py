"""What each engine can do; what it cannot is refused in preview with the alternative."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from components.model.feature import Feature


class Engine(StrEnum):
    """The load-balancing program on a node."""

    HAPROXY = "haproxy"
    NGINX = "nginx"


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Why an engine has no such feature, and what to set instead."""

    why: str
    instead: str


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an engine honours of the model: every feature that is not missing."""

    missing: Mapping[Feature, Missing] = field(default_factory=dict[Feature, Missing])
    notes: Mapping[Feature, str] = field(default_factory=dict[Feature, str])
    """How a feature that the engine has differs from what one may expect."""
    descriptors_per_connection: int
    """File descriptors of one proxied connection."""
    descriptors_base: int
    """File descriptors of the engine itself (HAProxy 2.6: about 45 in trials, rounded up)."""

    def has(self, feature: Feature) -> bool:
        """Whether the engine honours the feature."""
        return feature not in self.missing


_USE_HAPROXY = "use engine haproxy"

CAPABILITIES: Mapping[Engine, Capabilities] = {
    Engine.HAPROXY: Capabilities(
        missing={
            Feature.GRPC_BODY_LIMIT: Missing(
                why="HAProxy judges the declared size of a body, and gRPC declares none",
                instead="leave http.maxBodyBytes out, or use engine nginx",
            ),
            Feature.SESSION_TIMING: Missing(
                why="HAProxy's log is kept for what goes wrong, without a line per session",
                instead="read the average times of each backend in the metrics, or use engine"
                " nginx",
            ),
        },
        notes={
            Feature.PASSIVE_CHECKS: "not needed: `passive: true` keeps the active check",
            Feature.BODY_LIMIT: "the declared size is judged; a body of undeclared size is refused",
            Feature.SOURCES_LIMITED: "refused before anything is read, in mode http too",
            Feature.CONNECTIONS_PER_SOURCE: "counted anew after a reload",
            Feature.TIMEOUTS: "in HTTP mode a client that falls silent within a body is given"
            " `serverMs`, and answered with 504",
            Feature.SOURCE_PERSISTENCE: "a node reloaded within about 6 s of its start learns the"
            " table from another node alone",
        },
        descriptors_per_connection=2,
        descriptors_base=200,
    ),
    Engine.NGINX: Capabilities(
        missing={
            Feature.ACTIVE_CHECKS: Missing(
                why="nginx (open source) learns of a dead backend from failed connections alone",
                instead="set healthCheck.passive to true, or use engine haproxy",
            ),
            Feature.CLOSE_DEAD_SESSIONS: Missing(
                why="nginx (open source) does not watch the backend of an established session",
                instead=f"leave closeSessionsOfDeadBackend out, or {_USE_HAPROXY}",
            ),
            Feature.CLOSE_WHEN_EMPTY: Missing(
                why="nginx has one way to refuse clients while no backend is up",
                instead=f"leave rejectWhenEmpty at true, or {_USE_HAPROXY}",
            ),
            Feature.BACKUP_WITH_SOURCE_HASH: Missing(
                why="nginx knows no backup servers beside a hash",
                instead=f"set balance to another method, or {_USE_HAPROXY}",
            ),
            Feature.SLOW_START: Missing(
                why="slow start is part of commercial nginx",
                instead=f"leave slowStartMs out or set it to 0, or {_USE_HAPROXY}",
            ),
            Feature.QUEUE: Missing(
                why="the queue is part of commercial nginx",
                instead=f"leave maxConnections of the backend out, or {_USE_HAPROXY}",
            ),
            Feature.SNI_POOL_SETTINGS: Missing(
                why="nginx has one connect timeout, one number of retries and one PROXY setting for"
                " all pools of a TCP listener",
                instead=f"give these pools the same ones or other listeners, or {_USE_HAPROXY}",
            ),
            Feature.COOKIE_PERSISTENCE: Missing(
                why="sticky cookies are part of commercial nginx",
                instead=f"set balance to source_hash, or {_USE_HAPROXY}",
            ),
            Feature.SOURCE_PERSISTENCE: Missing(
                why="nginx (open source) has no stick tables that nodes share",
                instead=f"set balance to source_hash, or {_USE_HAPROXY}",
            ),
            Feature.SEND_PROXY_V2: Missing(
                why="nginx sends version 1 only",
                instead=f"set sendProxy to v1, or {_USE_HAPROXY}",
            ),
            Feature.SEND_PROXY_HTTP: Missing(
                why="nginx sends PROXY headers in TCP mode only",
                instead=f"use mode tcp, or read the X-Forwarded-For header, or {_USE_HAPROXY}",
            ),
            Feature.CONNECTION_RATE: Missing(
                why="nginx limits the rate of requests and the number of connections",
                instead=f"set limits.connectionsPerSource, or {_USE_HAPROXY}",
            ),
            Feature.CONNECTION_LIMIT: Missing(
                why="nginx limits each worker alone, with the connections to backends:"
                " maxConnections only says what room it is given",
                instead=f"set limits.connectionsPerSource, or {_USE_HAPROXY}",
            ),
            Feature.METRICS: Missing(
                why="nginx (open source) counts connections on its status page only",
                instead=_USE_HAPROXY,
            ),
        },
        notes={
            Feature.PASSIVE_CHECKS: "`maxFails` and `failTimeoutS`; a backend that accepts and"
            " never answers is not noticed in TCP mode",
            Feature.REJECT_WHEN_EMPTY: "closed in order, after the TLS handshake where TLS ends in"
            " nginx; all backends are out for `failTimeoutS` once all have failed",
            Feature.SEVERAL_CERTIFICATES: "in TCP mode nginx's workers read certificate and key at"
            " each handshake, from files that only root and their group may read",
            Feature.CLIENT_CERTIFICATES: "in HTTP mode a client without one is answered with 400",
            Feature.ERROR_PAGES: "none for 408, for which nginx closes the connection",
            Feature.WEBSOCKET: "and SPDY; other upgrades stay HTTP/1.1",
            Feature.ACCEPT_PROXY: "in HTTP mode a connection from elsewhere is closed at its first"
            " request",
            Feature.SOURCES_LIMITED: "in HTTP mode refused sources are answered with 403",
            Feature.STATISTICS: "the stub_status figures",
            Feature.CONNECTIONS_PER_SOURCE: "in HTTP mode a connection counts while it has a"
            " request; more are answered with 429",
            Feature.REQUEST_RATE: "a source that was silent may send the requests of one second at"
            " once",
            Feature.TIMEOUTS: "a client that is slow with its headers is closed without a 408",
            Feature.LONG_LIVED: "in TCP mode `tunnelMs` is the idle time from the beginning;"
            " `clientMs` bounds PROXY header, greeting and handshake. Keepalive times apply to"
            " clients; towards backends they are the kernel's",
            Feature.SESSION_TIMING: "in /var/log/nginx/k8s-ha-lb.log, HTTP requests in"
            " k8s-ha-lb-http.log",
        },
        descriptors_per_connection=2,
        descriptors_base=200,
    ),
}
