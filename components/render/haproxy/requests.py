"""What a listener in HTTP mode does with every request and answer."""

from collections.abc import Iterator

from components.model.http import ErrorPage
from components.model.listener import Listener
from components.model.pool import Pool, PoolProtocol
from components.render.haproxy.quoting import beside
from components.render.haproxy.routes import route_rules
from components.render.haproxy.sources import request_limit_rules
from components.render.plan import ManagedFile

DEFAULT_BUFFER = 16_384
"""tune.bufsize where it is not set (manual of 2.6), bytes."""
_REWRITE = 1024
"""tune.maxrewrite, where headers are added: a request must leave it free, bytes."""


_UPGRADE_RULES = (
    "http-request del-header upgrade if { req.hdr(upgrade) -i -m sub h2c }",
    "http-request del-header http2-settings",
)
"""An upgrade to HTTP/2 in clear would hide the requests that follow it from here."""


def http_rules(listener: Listener) -> Iterator[str]:
    """The frontend's lines in the order in which they are judged."""
    for page in _pages(listener):
        file = beside(error_page_file(listener, page))
        yield f'http-error status {page.status} content-type "text/html; charset=utf-8" file {file}'
    yield from request_limit_rules(listener)
    yield from _form_rules()
    yield from _UPGRADE_RULES
    yield from _size_rules(listener)
    port = listener.http.redirect_to_https_port
    if port is not None:
        yield from _redirect_rules(port)
        return
    yield from _forwarded_rules(listener)
    yield from route_rules(listener)
    if listener.http.hsts_max_age_s is not None:
        value = f"max-age={listener.http.hsts_max_age_s}"
        yield f"http-after-response set-header Strict-Transport-Security {value}"


def buffer_bytes(listeners: tuple[Listener, ...]) -> int | None:
    """tune.bufsize for the longest headers that a listener allows; None where the default does."""
    needed = max((x.http.max_header_bytes + 2 * _REWRITE for x in listeners), default=0)
    return needed if needed > DEFAULT_BUFFER else None


def client_timeout_ms(listener: Listener) -> int:
    """Silence of the client that ends a connection, ms.

    gRPC clients may be silent on a stream for as long as on a tunnel; HAProxy 2.6 cannot tell such
    streams from other requests here.
    """
    streams = any(pool.protocol is PoolProtocol.H2 for pool in listener.pools)
    timeouts = listener.timeouts
    return max(timeouts.client_ms, timeouts.tunnel_ms) if streams else timeouts.client_ms


def server_timeout_ms(listener: Listener, pool: Pool) -> int:
    """Silence of the backend that ends a connection, ms: as long as a tunnel's for gRPC."""
    timeouts = listener.timeouts
    if pool.protocol is PoolProtocol.H2:
        return max(timeouts.server_ms, timeouts.tunnel_ms)
    return timeouts.server_ms


def error_page_file(listener: Listener, page: ErrorPage) -> str:
    """Name of the file with an error page, beside haproxy.cfg."""
    return f"{listener.name}-{page.status}.html"


def error_pages(listener: Listener) -> tuple[ManagedFile, ...]:
    """The error pages of a listener."""
    return tuple(
        ManagedFile(path=f"haproxy/{error_page_file(listener, page)}", content=page.content)
        for page in _pages(listener)
    )


def _pages(listener: Listener) -> list[ErrorPage]:
    return sorted(listener.http.error_pages, key=lambda page: page.status)


def _form_rules() -> Iterator[str]:
    """What HAProxy 2.6 lets pass and RFC 9110 (section 5.5) and RFC 9112 (section 3.2) refuse: a
    zero byte in a header, and no Host where the version demands one."""
    yield "http-request deny deny_status 400 if { req.hdrs -m reg \\\\x00 }"
    host = "{ req.hdr(host) -m found }"
    yield f"http-request deny deny_status 400 unless {host} || {{ req.ver 1.0 }}"


def _size_rules(listener: Listener) -> Iterator[str]:
    http = listener.http
    plain = "content-type text/plain string"
    yield "http-request set-var(txn.method) method,length"
    yield "http-request set-var(txn.line) url,length,add(txn.method)"
    yield "http-request set-var(txn.head) req.hdrs,length,add(txn.line)"
    yield (
        f"http-request return status 431 {plain} too\\x20long"
        f" if {{ var(txn.head) -m int gt {http.max_header_bytes} }}"
    )
    if http.max_body_bytes is None:
        return
    yield (
        "http-request deny deny_status 413"
        f" if {{ req.hdr_val(content-length) gt {http.max_body_bytes} }}"
    )
    undeclared = "!{ req.hdr(content-length) -m found }"
    wait = f"http-request wait-for-body time {listener.timeouts.request_ms}ms at-least 1"
    yield f"{wait} if {{ req.ver 2.0 }} {undeclared}"
    refused = f"http-request return status 411 {plain} Content-Length\\x20is\\x20required"
    yield f"{refused} if {undeclared} {{ req.hdr(transfer-encoding) -m found }}"
    yield f"{refused} if {undeclared} {{ req.body_len gt 0 }}"


def _redirect_rules(port: int) -> Iterator[str]:
    yield "http-request deny deny_status 400 unless { req.hdr(host) -m found }"
    suffix = "" if port == 443 else f":{port}"
    host = "%[req.hdr(host),regsub(:[0-9]*$,)]"
    yield f"http-request redirect code 308 location https://{host}{suffix}%[pathq]"


def _forwarded_rules(listener: Listener) -> Iterator[str]:
    """Backends that know `_` and `-` as one (CGI) must not take a client's word either."""
    protocol = "http" if listener.tls is None else "https"
    if listener.http.x_forwarded_for:
        yield "http-request del-header ^x[-_]forwarded[-_](for|proto)$ -m reg"
        yield "http-request set-header X-Forwarded-For %[src]"
        yield f"http-request set-header X-Forwarded-Proto {protocol}"
    if listener.http.forwarded:
        yield f"http-request set-header Forwarded for=%[src];proto={protocol}"
        yield (
            f"http-request set-header Forwarded for=\\x22[%[src]]\\x22;proto={protocol}"
            " if { src -m sub : }"
        )
