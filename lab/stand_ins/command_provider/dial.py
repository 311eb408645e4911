"""Opening the SSH connection: retries, host key, and errors in the official plugin's words."""

import asyncio
import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncssh

from lab.stand_ins.command_provider.execution import CommandError

_FIRST_DELAY_S, _BACKOFF, _LONGEST_DELAY_S = 0.1, 1.5, 5.0
_KEEPALIVE_S, _KEEPALIVES = 15, 3
"""A peer that falls silent during a command is given up after 60 s."""
_RSA_SIGNATURES = ["rsa-sha2-512", "rsa-sha2-256"]


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where and as whom to connect; `dial_error_limit` -1 means: try for ever."""

    host: str
    port: int
    user: str
    password: str | None
    private_key: str | None
    private_key_password: str | None
    host_key: str | None
    dial_error_limit: int
    per_dial_timeout_s: int

    @classmethod
    def from_inputs(cls, inputs: dict[str, Any]) -> "Connection":
        return cls(
            host=inputs["host"],
            port=int(inputs.get("port", 22)),
            user=inputs.get("user", "root"),
            password=inputs.get("password"),
            private_key=inputs.get("privateKey"),
            private_key_password=inputs.get("privateKeyPassword"),
            host_key=inputs.get("hostKey"),
            dial_error_limit=int(inputs.get("dialErrorLimit", 10)),
            per_dial_timeout_s=int(inputs.get("perDialTimeout", 15)),
        )

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


async def dial(connection: Connection, show: Callable[[str], None]) -> asyncssh.SSHClientConnection:
    """Connect, trying as often as the connection allows; raises `CommandError`."""
    options = _options(connection)
    delay, attempts = _FIRST_DELAY_S, 0
    while True:
        attempts += 1
        try:
            async with asyncio.timeout(connection.per_dial_timeout_s or None):
                return await asyncssh.connect(connection.host, connection.port, **options)
        except (OSError, asyncssh.Error) as problem:
            reason = _reason(connection, problem)
        limit = connection.dial_error_limit
        if limit >= 0 and attempts >= limit:
            raise CommandError(f"after {attempts} failed attempts: {reason}")
        show(f"Dial {attempts}/{limit if limit >= 0 else 'unlimited'} failed: retrying")
        await asyncio.sleep(delay)
        delay = min(delay * _BACKOFF, _LONGEST_DELAY_S)


def _options(connection: Connection) -> dict[str, Any]:
    options: dict[str, Any] = {
        "username": connection.user,
        "config": None,
        "agent_path": None,
        "client_keys": None,
        "known_hosts": None,
        "x509_trusted_certs": None,
        "keepalive_interval": _KEEPALIVE_S,
        "keepalive_count_max": _KEEPALIVES,
    }
    try:
        if connection.private_key is not None:
            key = asyncssh.import_private_key(
                connection.private_key, connection.private_key_password
            )
            options["client_keys"] = [key]
    except asyncssh.KeyImportError as problem:
        raise CommandError(f"connection.privateKey cannot be read: {problem}") from problem
    if connection.password is not None:
        options["password"] = connection.password
    if connection.host_key is not None:
        try:
            host_key = asyncssh.import_public_key(connection.host_key)
        except asyncssh.KeyImportError as problem:
            raise CommandError(f"connection.hostKey cannot be read: {problem}") from problem
        kind = host_key.get_algorithm()
        options["known_hosts"] = ([host_key], [], [])
        options["server_host_key_algs"] = _RSA_SIGNATURES if kind == "ssh-rsa" else [kind]
    return options


def _reason(connection: Connection, problem: Exception) -> str:
    """The failure of one attempt, in the words of Go's ssh and net packages."""
    match problem:
        case asyncssh.HostKeyNotVerifiable():
            reason = "ssh: host key mismatch"
        case asyncssh.PermissionDenied():
            reason = (
                f"ssh: unable to authenticate as {connection.user}, no supported methods remain"
            )
        case asyncssh.Error():
            reason = problem.reason
        case ConnectionResetError():
            reason = "connection reset by peer"
        case _:
            return f"dial tcp {_tcp_reason(connection, problem)}"
    return f"ssh: handshake failed: {reason}"


def _tcp_reason(connection: Connection, problem: Exception) -> str:
    match problem:
        case TimeoutError():
            return f"{connection.address}: i/o timeout"
        case ConnectionRefusedError():
            return f"{connection.address}: connect: connection refused"
        case socket.gaierror():
            return f"lookup {connection.host}: no such host"
        case OSError(errno=errno.EHOSTUNREACH):
            return f"{connection.address}: connect: no route to host"
        case _:
            return f"{connection.address}: {problem}"
