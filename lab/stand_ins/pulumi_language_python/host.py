"""The language host's calls: what the engine asks, and which child process answers."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from lab.stand_ins.pulumi_language_python.virtualenv import (
    InterpreterError,
    environment,
    interpreter,
    interpreter_or_abort,
)

RUNNER = Path(__file__).with_name("runner.py")
ALREADY_SHOWN = 32
"""The runner's exit code for "the operator has seen the message"."""


class LanguageHost(LanguageRuntimeServicer):
    """Runs programs (`Run`) and policy packs (`RunPlugin`) as child processes.

    Everything about code generation stays unimplemented, and so refuses.
    """

    def __init__(self, *, engine_address: str) -> None:
        self._engine_address = engine_address
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End every child."""
        with self._lock:
            for child in self._children:
                child.terminate()

    def Handshake(self, request, context):
        self._engine_address = request.engine_address
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request, context):
        return PluginInfo(version=metadata.version("pulumi"))

    def GetRequiredPackages(self, request, context):
        """None: a closed network has nothing to install; plugins are found at first use."""
        return messages.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request, context):
        return messages.GetRequiredPluginsResponse()

    def About(self, request, context):
        python = interpreter_or_abort(request.info, context)
        version = subprocess.run(
            [python, "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=True,
        )
        return messages.AboutResponse(
            executable=str(python),
            version=version.stdout.strip(),
            metadata={"language host": "stand-in of this project"},
        )

    def GetProgramDependencies(self, request, context):
        python = interpreter_or_abort(request.info, context)
        listing = subprocess.run(
            [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
            capture_output=True,
            text=True,
            check=True,
        )
        return messages.GetProgramDependenciesResponse(
            dependencies=[
                messages.DependencyInfo(name=each["name"], version=each["version"])
                for each in json.loads(listing.stdout)
            ]
        )

    def InstallDependencies(self, request, context):
        """Nothing is installed; the call fails when there is no virtual environment to use."""
        python = interpreter_or_abort(request.info, context)
        text = f"language host stand-in: using {python} as it is, nothing was installed\n"
        yield messages.InstallDependenciesResponse(stdout=text.encode())

    def RuntimeOptionsPrompts(self, request, context):
        return messages.RuntimeOptionsResponse()

    def Cancel(self, request, context):
        self.stop()
        return Empty()

    def Run(self, request: messages.RunRequest, context):
        """Run the program to its end; `bail` means that its error is on the screen already."""
        try:
            python = interpreter(request.info)
        except InterpreterError as problem:
            return messages.RunResponse(error=str(problem))
        entry = Path(request.info.program_directory, request.info.entry_point or ".")
        order = {
            "program": str(entry),
            "monitor": request.monitor_address,
            "engine": self._engine_address,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
        }
        reading, writing = os.pipe()
        command = [str(python), "-u", "-P", str(RUNNER), str(reading), *request.args]
        child = subprocess.Popen(
            command,
            cwd=request.pwd or None,
            env=environment(python),
            pass_fds=[reading],
        )
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(order, pipe)
        with self._attended(child, context):
            code = child.wait()
        if code == 0:
            return messages.RunResponse()
        if code == ALREADY_SHOWN:
            return messages.RunResponse(bail=True)
        return messages.RunResponse(error=f"the program ended with exit code {code}")

    def RunPlugin(
        self, request: messages.RunPluginRequest, context
    ) -> Iterator[messages.RunPluginResponse]:
        """Run a policy pack (kind `analyzer`) and stream its output until the engine hangs up."""
        if request.kind != "analyzer":
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"unsupported by the language host stand-in: plugins of kind {request.kind!r}",
            )
        python = interpreter_or_abort(request.info, context)
        pack = request.info.program_directory
        command = [str(python), "-u", "-m", "pulumi.policy", *request.args]
        child = subprocess.Popen(
            [*command, pack],
            cwd=pack,
            env={**environment(python), **dict(each.split("=", 1) for each in request.env)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert child.stdout is not None  # noqa: S101 - asked for above
        with self._attended(child, context):
            for line in child.stdout:
                yield messages.RunPluginResponse(stdout=line)
            yield messages.RunPluginResponse(exitcode=child.wait())

    def _attended(self, child: "subprocess.Popen[bytes]", context: grpc.ServicerContext):
        return _Attended(child, context, self._children, self._lock)


class _Attended:
    """While open: the child is known to `stop`, and ends when the engine drops the call."""

    def __init__(
        self,
        child: "subprocess.Popen[bytes]",
        context: grpc.ServicerContext,
        children: "set[subprocess.Popen[bytes]]",
        lock: threading.Lock,
    ) -> None:
        self._child, self._children, self._lock = child, children, lock
        if not context.add_callback(child.terminate):
            child.terminate()

    def __enter__(self) -> None:
        with self._lock:
            self._children.add(self._child)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._children.discard(self._child)
        if self._child.poll() is None:
            self._child.terminate()
        self._child.wait()
