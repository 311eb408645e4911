"""Runs a command on this machine."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence

from lab.stand_ins.command_provider.execution import CommandError, Output


async def run(output: Output, *, interpreter: Sequence[str], directory: str | None) -> None:
    """Run the order until it and everything that holds its output has ended.

    Cancelling kills the command with everything it started. Raises `CommandError` when it ends with
    another code than 0.
    """
    order = output.order
    try:
        process = await asyncio.create_subprocess_exec(
            *interpreter,
            order.command,
            cwd=directory,
            env={**os.environ, **order.environment},
            stdin=asyncio.subprocess.PIPE if order.stdin else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as problem:
        raise CommandError(f"{problem.strerror}: {problem.filename}") from problem
    assert process.stdout is not None  # noqa: S101 - asked for above
    assert process.stderr is not None  # noqa: S101 - asked for above
    try:
        await asyncio.gather(
            _copy("stdout", process.stdout, output),
            _copy("stderr", process.stderr, output),
            _feed(process, order.stdin),
        )
        code = await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if code < 0:
        raise output.failure(f"signal: {signal.strsignal(-code) or -code}".lower())
    if code:
        raise output.failure(f"exit status {code}")


async def _copy(name: str, stream: asyncio.StreamReader, output: Output) -> None:
    while data := await stream.read(65536):
        output.write(name, data)


async def _feed(process: asyncio.subprocess.Process, text: str | None) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write((text or "").encode())
        await process.stdin.drain()
    process.stdin.close()
