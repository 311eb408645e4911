"""Pools as nginx knows them: the same in TCP and in HTTP mode."""

from math import gcd

from components.model.backend import Backend
from components.model.pool import Balance, Pool
from components.render.sockets import socket

_METHODS = {
    Balance.LEAST_CONNECTIONS: "least_conn",
    Balance.SOURCE_HASH: "hash $remote_addr consistent",
}
_BACKEND_KIB = 2
"""More than a backend takes of the memory that nginx's workers share, with both names of it."""


def method(pool: Pool) -> str | None:
    """The directive that chooses the next backend; None for round robin, nginx's own way."""
    return _METHODS.get(pool.balance)


def zone_kib(pool: Pool) -> int:
    """Memory in which the workers share what they know of the backends, KiB."""
    return 64 + _BACKEND_KIB * len(pool.backends)


def server(pool: Pool, backend: Backend) -> str:
    """Arguments of a `server` directive.

    Weights are reduced: a consistent hash has 160 points in memory for each unit. Without a health
    check failed connections count for nothing.
    """
    check = pool.health_check
    words = [
        socket(backend.address, backend.port),
        f"weight={backend.weight // gcd(*(b.weight for b in pool.backends))}",
    ]
    if check is None:
        words.append("max_fails=0")
    else:
        words.append(f"max_fails={check.max_fails} fail_timeout={check.fail_timeout_s}s")
    if backend.backup and not all(b.backup for b in pool.backends):
        words.append("backup")
    if backend.drain:
        words.append("down")
    return " ".join(words)
