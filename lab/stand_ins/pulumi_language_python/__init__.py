"""A stand-in for `pulumi-language-python`, the host that runs Python programs for the engine.

The official host is not published on any package registry, so a machine with the built engine has
none. This one runs programs and policy packs in the `virtualenv` of their project file; it
generates no code and installs nothing.
"""

import sys

from pulumi.runtime.proto import language_pb2_grpc

from lab.stand_ins.pulumi_language_python.host import LanguageHost
from lab.stand_ins.serving import serve


def main() -> int:
    """Started by the engine, which gives its own address as the last argument."""
    host = LanguageHost(engine_address=sys.argv[-1])
    return serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server),
        host.stop,
    )
