"""A client at one source address: connections, TLS, HTTP, WebSocket, gRPC through a VIP."""

import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import httpx
from websocket import WebSocket

from lab.fabric.namespaces import entered
from tests.lab.traffic.addresses import Address
from tests.lab.traffic.clients.line import LineSession
from tests.lab.traffic.clients.outcome import Outcome, outcome
from tests.lab.traffic.clients.rpc import relay
from tests.lab.traffic.clients.web import VipTransport
from tests.lab.traffic.loop import NamespaceLoop
from tests.lab.traffic.proxy_protocol import ProxyHeader
from tests.lab.traffic.tls import ClientTls

TIMEOUT_S = 5.0
"""Patience with one step of a connection; an attempt without an answer in it has timed out."""
_IP_BIND_ADDRESS_NO_PORT = 24
"""linux/in.h: the port is chosen at connect, so that TIME_WAIT of another target does not count."""


class Client:
    """Connects from `source` to `vip`, which are of one address family."""

    def __init__(self, source: Address, vip: Address, namespace: Path, loop: NamespaceLoop) -> None:
        self.source, self.vip = source, vip
        self._namespace, self._loop = namespace, loop

    def connect(
        self, port: int, *, proxy: ProxyHeader | None = None, timeout_s: float = TIMEOUT_S
    ) -> socket.socket:
        """A connection to the VIP, a PROXY header sent if given. Raises OSError."""
        with entered(self._namespace):
            made = socket.socket(socket.AF_INET if self.vip.version == 4 else socket.AF_INET6)
        try:
            made.settimeout(timeout_s)
            made.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            made.bind((str(self.source), 0))
            made.connect((str(self.vip), port))
            if proxy is not None:
                made.sendall(proxy.encode())
        except OSError:
            made.close()
            raise
        return made

    def connect_tls(
        self,
        port: int,
        tls: ClientTls,
        *,
        proxy: ProxyHeader | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> ssl.SSLSocket:
        """The same after a TLS handshake. Raises OSError (ssl.SSLError is one)."""
        plain = self.connect(port, proxy=proxy, timeout_s=timeout_s)
        try:
            return tls.context().wrap_socket(plain, server_hostname=tls.server_name)
        except OSError:
            plain.close()
            raise

    def talk(
        self, port: int, *, tls: ClientTls | None = None, proxy: ProxyHeader | None = None
    ) -> LineSession:
        """A session with a line server, which has told who it is. Raises OSError."""
        if tls is None:
            return LineSession(self.connect(port, proxy=proxy))
        return LineSession(self.connect_tls(port, tls, proxy=proxy))

    def spread(self, port: int, connections: int) -> Counter[str]:
        """Which line server served how many of so many connections, made one after another.

        Raises OSError for the first one that fails.
        """
        served: Counter[str] = Counter()
        for _ in range(connections):
            with self.talk(port) as session:
                served[session.greeting.server] += 1
        return served

    def attempt(
        self, port: int, *, tls: ClientTls | None = None, timeout_s: float = TIMEOUT_S
    ) -> Outcome:
        """What became of one connection to a line server."""

        def talk() -> None:
            if tls is None:
                LineSession(self.connect(port, timeout_s=timeout_s)).close()
            else:
                LineSession(self.connect_tls(port, tls, timeout_s=timeout_s)).close()

        return outcome(talk)

    @contextmanager
    def http(self, *, tls: ClientTls | None = None, http2: bool = False) -> Iterator[httpx.Client]:
        """An HTTP client for which every host name is the VIP; the URL's port is the listener's."""
        transport = VipTransport(
            self.source,
            self.vip,
            self._namespace,
            verify=True if tls is None else tls.context(),
            http2=http2,
        )
        with httpx.Client(transport=transport, timeout=TIMEOUT_S) as client:
            yield client

    @contextmanager
    def websocket(
        self,
        port: int,
        *,
        host: str = "bench",
        path: str = "/websocket",
        tls: ClientTls | None = None,
    ) -> Iterator[WebSocket]:
        """A WebSocket; the server's first message is its name. Raises WebSocketException."""
        made = self.connect(port) if tls is None else self.connect_tls(port, tls)
        session = WebSocket()
        scheme = "ws" if tls is None else "wss"
        session.connect(f"{scheme}://{host}:{port}{path}", socket=made)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def grpc(
        self, port: int, *, tls: ClientTls | None = None, authority: str = "bench"
    ) -> Iterator[grpc.Channel]:
        """A gRPC channel, in clear or with `tls`, whose authority must then be given."""
        with relay(self._loop, self.source, self.vip, port) as target:
            if tls is None:
                options = [("grpc.default_authority", authority)]
                channel = grpc.insecure_channel(target, options)
            else:
                options = [
                    ("grpc.default_authority", tls.server_name),
                    ("grpc.ssl_target_name_override", tls.server_name),
                ]
                channel = grpc.secure_channel(target, _credentials(tls), options)
            with channel:
                yield channel


def _credentials(tls: ClientTls) -> grpc.ChannelCredentials:
    if tls.authority is None:
        raise ValueError("gRPC verifies the server: ClientTls.authority must be given")
    own = tls.certificate
    return grpc.ssl_channel_credentials(
        tls.authority.certificate.encode(),
        own.key.encode() if own else None,
        own.chain.encode() if own else None,
    )
