"""How a Pulumi plugin meets the engine: a port on loopback, printed on standard output."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent import futures

import grpc

MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes; the engine's own limit for one message."""


def serve(register: Callable[[grpc.Server], None], stop: Callable[[], None]) -> int:
    """Serve until the engine ends us or is gone; then `stop`, and 1 s for calls in flight."""
    engine_process = os.getppid()
    options = [
        ("grpc.max_receive_message_length", MESSAGE_LIMIT),
        ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), options=options)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not ended.wait(1) and os.getppid() == engine_process:
        pass
    stop()
    server.stop(grace=1).wait()
    return 0
