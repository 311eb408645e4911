"""Messages to the operator, through the engine."""

import contextlib

import grpc
from pulumi.runtime.proto.engine_pb2 import LogRequest, LogSeverity
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub


class EngineLog:
    """The engine's log. A message that cannot be delivered is dropped: the engine is gone then."""

    def __init__(self, engine_address: str) -> None:
        self._engine = EngineStub(grpc.insecure_channel(engine_address))

    def info(self, urn: str, message: str) -> None:
        """Shown among the diagnostics at the end of the run."""
        self._send(urn, message, severity=LogSeverity.INFO, ephemeral=False)

    def warning(self, urn: str, message: str) -> None:
        self._send(urn, message, severity=LogSeverity.WARNING, ephemeral=False)

    def status(self, urn: str, message: str) -> None:
        """Shown beside the resource while it runs, and not kept."""
        self._send(urn, message, severity=LogSeverity.INFO, ephemeral=True)

    def _send(
        self, urn: str, message: str, *, severity: LogSeverity.ValueType, ephemeral: bool
    ) -> None:
        request = LogRequest(urn=urn, message=message, severity=severity, ephemeral=ephemeral)
        with contextlib.suppress(grpc.RpcError):
            self._engine.Log(request, timeout=5)
