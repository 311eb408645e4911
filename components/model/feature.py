"""What a load balancer may be asked for: the rows of the parity table in docs/engines.md."""

from enum import StrEnum


class Feature(StrEnum):
    """One thing that traffic can tell whether an engine does it."""

    # Health
    ACTIVE_CHECKS = "active health checks"
    PASSIVE_CHECKS = "backends judged by failed connections"
    RETRY = "a failed connection attempt is made again at another backend"
    CLOSE_DEAD_SESSIONS = "sessions of a dead backend closed"
    REJECT_WHEN_EMPTY = "refusal at once while no backend is up"
    CLOSE_WHEN_EMPTY = "an orderly close instead of a reset while no backend is up"
    # Balancing
    ROUND_ROBIN = "round robin"
    WEIGHTED_ROUND_ROBIN = "weighted round robin"
    LEAST_CONNECTIONS = "least connections"
    SOURCE_HASH = "consistent source hash"
    BACKUP = "backup backends"
    BACKUP_WITH_SOURCE_HASH = "backup backends with source hash"
    SLOW_START = "slow start"
    DRAIN = "draining of a backend"
    QUEUE = "connection limit of a backend, with a queue"
    # TLS
    TLS_PASSTHROUGH = "TLS passed through"
    SNI_ROUTING = "SNI routing without termination"
    SNI_POOL_SETTINGS = "connection settings of its own for each pool of SNI routes"
    TLS_TERMINATION = "TLS termination"
    SEVERAL_CERTIFICATES = "several certificates on one listener"
    CLIENT_CERTIFICATES = "client certificates"
    REENCRYPTION = "re-encryption with verification of the backend"
    CERTIFICATE_ROTATION = "certificate rotation without a failed connection"
    # HTTP
    HTTP2 = "HTTP/2"
    HSTS = "HSTS"
    HTTPS_REDIRECT = "redirect to HTTPS"
    HOST_ROUTING = "host routing"
    PATH_ROUTING = "path routing"
    FORWARDED_HEADERS = "X-Forwarded-For and Forwarded"
    BODY_LIMIT = "request size limit"
    HEADER_LIMIT = "header size limit"
    ERROR_PAGES = "error pages"
    WEBSOCKET = "WebSocket"
    GRPC = "gRPC"
    GRPC_BODY_LIMIT = "request size limit of gRPC calls"
    COOKIE_PERSISTENCE = "cookie persistence"
    SOURCE_PERSISTENCE = "source persistence, shared by the nodes"
    # PROXY protocol
    ACCEPT_PROXY = "PROXY protocol v1 and v2 from clients"
    SEND_PROXY_V1 = "PROXY protocol v1 to backends"
    SEND_PROXY_V2 = "PROXY protocol v2 to backends"
    SEND_PROXY_HTTP = "PROXY protocol to backends in HTTP mode"
    # Filtering
    SOURCES_LIMITED = "allowed and denied sources"
    CONNECTIONS_PER_SOURCE = "connections at the same time per source"
    CONNECTION_RATE = "connection rate per source"
    REQUEST_RATE = "request rate per source"
    CONNECTION_LIMIT = "connections of a node limited, further ones wait"
    # Operation
    HEALTH_WHEN_FULL = "health answers while maxConnections are open"
    HITLESS_RELOAD = "reload without a failed connection"
    TIMEOUTS = "idle times of each listener"
    LONG_LIVED = "long-lived connections outlive a reload until hard-stop-after"
    STATISTICS = "statistics page with password and allowed sources"
    METRICS = "Prometheus metrics"
    SESSION_TIMING = "backend timing of each session in the log"
    IPV6 = "IPv6 VIPs and backends"
