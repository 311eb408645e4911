"""A gRPC server without generated code: bytes in, bytes out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from components.model.backend import Backend
from lab.fabric.namespaces import entered
from tests.authority import Issued
from tests.lab.traffic.addresses import Address
from tests.lab.traffic.servers.server import SERVER_PORT

SERVICE = "bench.Echo"


class RpcServer:
    """`Echo` answers `<name>: <request>`; `Count` streams the numbers up to the request's;
    `Relay` streams what it is streamed."""

    def __init__(
        self,
        name: str,
        address: Address,
        namespace: Path,
        certificate: Issued | None = None,
    ) -> None:
        self.name, self.address, self.port = name, address, SERVER_PORT
        self._namespace = namespace
        self._server = grpc.server(ThreadPoolExecutor(max_workers=8))
        self._server.add_generic_rpc_handlers((self._handlers(),))
        host = f"[{address}]" if address.version == 6 else str(address)
        with entered(namespace):
            if certificate is None:
                bound = self._server.add_insecure_port(f"{host}:{SERVER_PORT}")
            else:
                credentials = grpc.ssl_server_credentials(
                    [(certificate.key.encode(), certificate.chain.encode())]
                )
                bound = self._server.add_secure_port(f"{host}:{SERVER_PORT}", credentials)
        if bound != SERVER_PORT:
            raise OSError(f"{host}:{SERVER_PORT} cannot be bound")

    def backend(self, **settings: object) -> Backend:
        """This server as a backend of a pool."""
        return Backend.model_validate(
            {"name": self.name, "address": self.address, "port": self.port, **settings}
        )

    def start(self) -> None:
        """Serves; once only."""
        with entered(self._namespace):
            self._server.start()

    def stop(self) -> None:
        """Ends every call."""
        self._server.stop(grace=None).wait()

    def _handlers(self) -> grpc.GenericRpcHandler:
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "Echo": grpc.unary_unary_rpc_method_handler(self._echo),
                "Count": grpc.unary_stream_rpc_method_handler(self._count),
                "Relay": grpc.stream_stream_rpc_method_handler(self._relay),
            },
        )

    def _echo(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        return f"{self.name}: {request.decode()}".encode()

    def _count(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        for number in range(1, int(request) + 1):
            yield str(number).encode()

    def _relay(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        yield from requests
