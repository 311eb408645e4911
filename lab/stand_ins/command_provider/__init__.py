"""A stand-in for the official `command` plugin 1.2.1, for machines that cannot download it.

Serves `command:local:Command` and `command:remote:Command`, and refuses everything else with
`unsupported by the offline plugin: ...`. Held to the official plugin's recorded conversation by
tests/engine/test_command_stand_in_replay.py.
"""

import sys

from pulumi.runtime.proto import provider_pb2_grpc

from lab.stand_ins.command_provider.engine_log import EngineLog
from lab.stand_ins.command_provider.provider import CommandProvider
from lab.stand_ins.serving import serve


def main() -> int:
    """Started by the engine, which gives its own address as the last argument."""
    provider = CommandProvider(EngineLog(sys.argv[-1]))
    return serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server),
        provider.stop,
    )
