"""Who may connect to a listener, and how much of it one source may take."""

from collections.abc import Iterator

from components.model.limits import IPV6_SOURCE_BITS, Limits
from components.model.listener import Listener
from components.render.haproxy.networks import embedded_refusal, source_acl
from components.render.haproxy.quoting import word

_SUBNET = f"src,ipmask(32,{IPV6_SOURCE_BITS})"
_IPV4_IN_IPV6 = "::ffff:0:0/96"
"""As proxies may tell the address of an IPv4 client; all of them are one /64."""

TABLE_SIZE = 100_000
"""Sources that are counted at the same time; the one not seen for longest makes room."""


def source_rules(listener: Listener) -> Iterator[str]:
    """Refusals before anything of the traffic is read.

    Behind a proxy the client's address is in the PROXY header, so that clients are judged once it
    has been read, and the proxy itself before.
    """
    stage = "connection"
    if listener.accept_proxy_from:
        stage = "session"
        yield from source_acl("from-proxy", listener.accept_proxy_from)
        yield from embedded_refusal("connection", listener.accept_proxy_from)
        yield "tcp-request connection reject unless from-proxy"
        yield "tcp-request connection expect-proxy layer4"
    if listener.denied_cidrs:
        yield from source_acl("from-denied", listener.denied_cidrs)
        yield f"tcp-request {stage} reject if from-denied"
    if listener.allowed_cidrs:
        yield from source_acl("from-allowed", listener.allowed_cidrs)
        yield from embedded_refusal(stage, listener.allowed_cidrs)
        yield f"tcp-request {stage} reject unless from-allowed"
    yield from _limit_rules(listener, stage)


def _limit_rules(listener: Listener, stage: str) -> Iterator[str]:
    """What is refused does not count as served: a source that asks for too much gets its limit."""
    limits = listener.limits
    if limits == Limits():
        return
    tracked = f"tcp-request {stage} track-sc0"
    table = f"table {word(limits_table(listener))}"
    yield f"{tracked} src {table} if {{ src {_IPV4_IN_IPV6} }}"
    yield f"{tracked} {_SUBNET} {table}"
    if limits.connections_per_source is not None:
        yield (
            f"tcp-request {stage} reject if {{ sc0_conn_cur gt {limits.connections_per_source} }}"
        )
    rate = limits.connection_rate_per_source
    if rate is not None:
        yield f"tcp-request {stage} reject if {{ sc0_gpc0_rate ge {rate} }}"
        yield f"tcp-request {stage} sc-inc-gpc0(0)"


def request_limit_rules(listener: Listener) -> Iterator[str]:
    """The limit of requests per source, by the entry that its connection is counted in."""
    rate = listener.limits.request_rate_per_source
    if rate is not None:
        yield f"http-request deny deny_status 429 if {{ sc0_gpc1_rate ge {rate} }}"
        yield "http-request sc-inc-gpc1(0)"


def limits_table(listener: Listener) -> str:
    """Name of the table with a listener's sources; no name in the model has a dot."""
    return f"{listener.name}.limits"


def limits_table_line(listener: Listener) -> str | None:
    """The table, if the listener has limits."""
    if listener.limits == Limits():
        return None
    stored = "conn_cur,gpc0,gpc0_rate(1s),gpc1,gpc1_rate(1s)"
    return f"stick-table type ipv6 size {TABLE_SIZE} expire 10s store {stored}"
