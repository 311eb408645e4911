"""The face of the bench: everything a feature proof needs, gone when the test ends."""

import itertools
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar, Unpack

from components.model.load_balancer import LoadBalancer
from tests.authority import Issued
from tests.lab.traffic.addresses import (
    CLIENT,
    CLIENT_NUMBERS,
    EDGES,
    FAR_CLIENT,
    SERVER_NUMBERS,
    SERVERS,
    VIP,
    Address,
    Family,
    address,
)
from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.edge import Edge
from tests.lab.traffic.loop import NamespaceLoop
from tests.lab.traffic.network import Network
from tests.lab.traffic.servers.line import LineServer
from tests.lab.traffic.servers.rpc import RpcServer
from tests.lab.traffic.servers.server import Server, ServerOptions
from tests.lab.traffic.servers.upgrade import UpgradeServer
from tests.lab.traffic.servers.web import WebServer
from tests.lab.traffic.syslog import Syslog

S = TypeVar("S", Server, LineServer, WebServer, RpcServer, UpgradeServer)


class Bench:
    """The network and the loops in it, shared by all tests of a run."""

    def __init__(self, network: Network, clients: NamespaceLoop, servers: NamespaceLoop) -> None:
        self.network, self.clients, self.servers = network, clients, servers
        self.edges = itertools.count(1)


class Traffic:
    """Servers, edges and clients of one test."""

    def __init__(self, bench: Bench, ending: ExitStack) -> None:
        self._bench, self._ending = bench, ending
        self._loop = bench.servers
        self._numbers = iter(SERVER_NUMBERS)

    def line_server(
        self, name: str, *, family: Family = Family.IPV4, **options: Unpack[ServerOptions]
    ) -> LineServer:
        """A listening server that greets and echoes lines (servers/line.py)."""
        return self._serve(LineServer(name, self._address(family), self._loop, **options))

    def web_server(
        self, name: str, *, family: Family = Family.IPV4, **options: Unpack[ServerOptions]
    ) -> WebServer:
        """A listening server that answers with what it saw (servers/web.py)."""
        return self._serve(WebServer(name, self._address(family), self._loop, **options))

    def upgrade_server(self, name: str, *, family: Family = Family.IPV4) -> UpgradeServer:
        """A listening server that changes to SPDY and echoes (servers/upgrade.py)."""
        return self._serve(UpgradeServer(name, self._address(family), self._loop))

    def rpc_server(
        self, name: str, *, family: Family = Family.IPV4, certificate: Issued | None = None
    ) -> RpcServer:
        """A listening gRPC server (servers/rpc.py)."""
        namespace = self._bench.network.path(SERVERS)
        return self._serve(RpcServer(name, self._address(family), namespace, certificate))

    def edge(
        self, lb: LoadBalancer, secrets: Mapping[str, str] | None = None, *, node: str = EDGES[0]
    ) -> Edge:
        """A running load-balancer node, with secret files by name. Raises EdgeError.

        The first node holds the VIPs until `take_over`.
        """
        network = self._bench.network
        folder = network.lab.log / f"edge{next(self._bench.edges)}"
        folder.mkdir(parents=True)
        syslog = Syslog(folder / "log", self._bench.clients)
        self._ending.callback(syslog.close)
        edge = Edge(
            lb,
            secrets or {},
            node=node,
            namespace=network.path(node),
            folder=folder,
            syslog=syslog,
        )
        self._ending.callback(edge.stop)
        return edge

    def namespace(self, host: str) -> Path:
        """The network namespace of a host of the bench."""
        return self._bench.network.path(host)

    def take_over(self, node: str) -> None:
        """Moves the VIPs to `node`."""
        self._bench.network.move_vips(node)

    def client(self, source: int = 0, *, family: Family = Family.IPV4) -> Client:
        """A client of the VIP of this family; each of the 40 sources is an address of its own."""
        return self._client(CLIENT_NUMBERS[source], family)

    def far_client(self, *, family: Family) -> Client:
        """A client of another subnet."""
        return self._client(FAR_CLIENT, family)

    def _client(self, number: int, family: Family) -> Client:
        return Client(
            address(number, family),
            address(VIP, family),
            self._bench.network.path(CLIENT),
            self._bench.clients,
        )

    def _serve(self, server: S) -> S:
        self._ending.callback(server.stop)
        server.start()
        return server

    def _address(self, family: Family) -> Address:
        return address(next(self._numbers), family)
