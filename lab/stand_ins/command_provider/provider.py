"""The plugin's calls."""

import asyncio
import secrets
from typing import Any, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.plugin_pb2 import PluginInfo
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from lab.stand_ins.command_provider import inputs, local, remote, values
from lab.stand_ins.command_provider.cancellation import Cancellation
from lab.stand_ins.command_provider.dial import Connection
from lab.stand_ins.command_provider.diff import difference
from lab.stand_ins.command_provider.engine_log import EngineLog
from lab.stand_ins.command_provider.execution import CommandError, Order, Output

VERSION = "1.2.1"
_FRAMEWORK_KEY, _FRAMEWORK_VERSION = "__pulumi-go-provider-version", "1.2.0"
_OUTPUTS = ("stdout", "stderr")
_ANNOUNCEMENT = (
    f"pulumi-command {VERSION} is served by this project's offline stand-in:"
    " the official plugin is neither installed nor downloadable here"
)
_NO_PREVIOUS_OUTPUT = (
    "Unable to set 'PULUMI_COMMAND_STDOUT' and 'PULUMI_COMMAND_STDERR':"
    " the offline plugin sends no environment over SSH; set addPreviousOutputInEnv to false"
)


class CommandProvider(ResourceProviderServicer):
    """Answers as the official plugin does for the two `Command` types, and refuses the rest."""

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._cancellation = Cancellation()

    def stop(self) -> None:
        """End every command that runs."""
        self._cancellation.cancel()

    def GetPluginInfo(self, request, context):
        return PluginInfo(version=VERSION)

    def CheckConfig(self, request, context):
        given = values.from_struct(request.news)
        unknown = sorted(set(given) - {"version", _FRAMEWORK_KEY})
        return messages.CheckResponse(
            inputs=values.to_struct({**given, _FRAMEWORK_KEY: _FRAMEWORK_VERSION}),
            failures=[
                messages.CheckFailure(
                    property=name, reason=f"{inputs.UNSUPPORTED}provider setting {name}"
                )
                for name in unknown
            ],
        )

    def DiffConfig(self, request, context):
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "DiffConfig is not implemented")

    def Configure(self, request, context):
        self._log.info(request.urn, _ANNOUNCEMENT)
        return messages.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Invoke(self, request, context):
        _refuse(context, f"function {request.tok}")

    def Call(self, request, context):
        _refuse(context, f"method {request.tok}")

    def Construct(self, request, context):
        _refuse(context, f"component {request.type}")

    def Check(self, request, context):
        checked, failures = inputs.check(
            _kind(request.urn, context), values.from_struct(request.news)
        )
        return messages.CheckResponse(
            inputs=values.to_struct(checked),
            failures=[
                messages.CheckFailure(property=each.property, reason=each.reason)
                for each in failures
            ],
        )

    def Diff(self, request, context):
        _kind(request.urn, context)
        olds = values.from_struct(request.old_inputs)
        return difference(olds, values.from_struct(request.news))

    def Create(self, request, context):
        properties = values.from_struct(request.properties)
        if request.preview:
            _kind(request.urn, context)
            return messages.CreateResponse(properties=values.to_struct(_to_be_known(properties)))
        name = request.urn.rpartition("::")[2]
        done = self._run(request.urn, properties.get("create"), properties, {}, context)
        return messages.CreateResponse(
            id=f"{name}{secrets.token_hex(4)}", properties=values.to_struct({**properties, **done})
        )

    def Update(self, request, context):
        news = values.from_struct(request.news)
        if request.preview:
            _kind(request.urn, context)
            return messages.UpdateResponse(properties=values.to_struct(_to_be_known(news)))
        olds = values.from_struct(request.olds)
        command = news.get("update", news.get("create"))
        done = self._run(request.urn, command, news, olds, context)
        return messages.UpdateResponse(properties=values.to_struct({**news, **done}))

    def Delete(self, request, context):
        olds = values.from_struct(request.properties)
        self._run(request.urn, olds.get("delete"), olds, olds, context)
        return Empty()

    def Read(self, request, context):
        """The state as it is: as with the official plugin, nothing is read back."""
        _kind(request.urn, context)
        if not request.properties.fields:
            _refuse(context, "importing a command")
        return messages.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Cancel(self, request, context):
        self.stop()
        return Empty()

    def _run(
        self,
        urn: str,
        command: Any,
        properties: dict[str, Any],
        olds: dict[str, Any],
        context: grpc.ServicerContext,
    ) -> dict[str, Any]:
        """The new `stdout` and `stderr`; those of `olds` when there is no command."""
        kind = _kind(urn, context)
        previous = {name: olds.get(name, "") for name in _OUTPUTS}
        if command is None:
            return previous
        given = values.plain(properties)
        order = Order(
            command=values.plain(command),
            stdin=given.get("stdin"),
            environment=self._environment(urn, kind, given, values.plain(previous)),
            logging=given.get("logging", "stdoutAndStderr"),
        )
        output = Output(order, lambda line: self._log.status(urn, line))
        if kind == inputs.REMOTE:
            work = remote.run(output, Connection.from_inputs(given["connection"]))
        else:
            interpreter = given.get("interpreter") or ["/bin/sh", "-c"]
            work = local.run(output, interpreter=interpreter, directory=given.get("dir"))
        try:
            self._cancellation.run(work)
        except CommandError as problem:
            context.abort(grpc.StatusCode.UNKNOWN, str(problem))
        except asyncio.CancelledError:
            context.abort(grpc.StatusCode.CANCELLED, str(output.failure("cancelled")))
        return output.result()

    def _environment(
        self, urn: str, kind: str, given: dict[str, Any], previous: dict[str, str]
    ) -> dict[str, str]:
        known = {f"PULUMI_COMMAND_{k.upper()}": text for k, text in previous.items() if text}
        if not given.get("addPreviousOutputInEnv", True):
            known = {}
        if kind == inputs.REMOTE:
            if known:
                self._log.warning(urn, _NO_PREVIOUS_OUTPUT)
            return {}
        return {**given.get("environment", {}), **known}


def _to_be_known(properties: dict[str, Any]) -> dict[str, Any]:
    return {**properties, **dict.fromkeys(_OUTPUTS, values.UNKNOWN)}


def _kind(urn: str, context: grpc.ServicerContext) -> str:
    kind = urn.split("::")[2].rpartition("$")[2]
    if kind not in inputs.PROPERTIES:
        _refuse(context, f"resource type {kind}")
    return kind


def _refuse(context: grpc.ServicerContext, what: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, inputs.UNSUPPORTED + what)
    raise AssertionError("abort does not return")
