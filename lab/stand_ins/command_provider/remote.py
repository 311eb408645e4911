"""Runs a command on another machine, over SSH."""

import asyncio
import contextlib
import signal

import asyncssh

from lab.stand_ins.command_provider.dial import Connection, dial
from lab.stand_ins.command_provider.execution import Output

_GRACE_S = 2.0
"""How long ending a cancelled remote command may take before the connection is cut."""
_END_SIBLINGS = (
    'for pid in $(ps -o pid= --ppid $PPID); do [ "$pid" = $$ ] || kill -TERM -- "-$pid"; done'
)
"""Ends what else this connection started. sshd makes every command a process group and a child of
the connection's process; for root it refuses the signals of the SSH protocol (session.c)."""


async def run(output: Output, connection: Connection) -> None:
    """Run the order on the host, on a connection of its own.

    Cancelling sends SIGTERM to all the remote command started, then cuts the connection. Raises
    `CommandError` when the host cannot be reached, the connection breaks, or the command ends with
    another code than 0.
    """
    process = await _completed(connection, output)
    if process.exit_signal is not None:
        name = process.exit_signal[0]
        number = 128 + signal.Signals[f"SIG{name}"]
        raise output.failure(f"Process exited with status {number} from signal {name}")
    if process.exit_status is None:
        raise output.failure(_lost(connection, "it was closed"))
    if process.exit_status:
        raise output.failure(f"Process exited with status {process.exit_status}")


async def _completed(connection: Connection, output: Output) -> "asyncssh.SSHClientProcess[bytes]":
    client = await dial(connection, output.show)
    try:
        process = await client.create_process(output.order.command, encoding=None)
        try:
            await _attend(process, output)
        except asyncio.CancelledError:
            await _end(client)
            raise
    except (OSError, asyncssh.Error) as problem:
        raise output.failure(_lost(connection, str(problem))) from problem
    finally:
        client.close()
    return process


async def _attend(process: "asyncssh.SSHClientProcess[bytes]", output: Output) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write((output.order.stdin or "").encode())
        process.stdin.write_eof()
    await asyncio.gather(
        _copy("stdout", process.stdout, output), _copy("stderr", process.stderr, output)
    )
    await process.wait_closed()


async def _copy(name: str, stream: "asyncssh.SSHReader[bytes]", output: Output) -> None:
    while data := await stream.read(65536):
        output.write(name, data)


async def _end(client: asyncssh.SSHClientConnection) -> None:
    with contextlib.suppress(OSError, asyncssh.Error, TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await client.run(_END_SIBLINGS, check=False)


def _lost(connection: Connection, problem: str) -> str:
    return (
        "wait: remote command exited without exit status or exit signal"
        f" (connection to {connection.address} lost: {problem})"
    )
