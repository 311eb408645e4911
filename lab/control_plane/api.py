"""Talks HTTP to the control plane from inside one of the lab's network namespaces."""

import json
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from lab.fabric.namespaces import entered
from lab.hosts import APISERVER_PORT, ETCD_PORT, SWITCH, ipv4
from lab.state import Lab


class _InsideNamespace(httpcore.SyncBackend):
    """Opens connections inside a network namespace; they stay there when the thread leaves it."""

    def __init__(self, lab: Lab, host: str) -> None:
        super().__init__()
        self._path = lab.namespace_path(host)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        with entered(self._path):
            return super().connect_tcp(host, port, timeout, local_address, socket_options)


class ControlPlaneClient:
    """Requests from one host of the lab, as the administrator or as nobody."""

    def __init__(self, lab: Lab, *, seen_from: str, as_admin: bool = False) -> None:
        context = ssl.create_default_context(cafile=str(lab.pki / "ca.crt"))
        if as_admin:
            context.load_cert_chain(lab.pki / "admin.crt", lab.pki / "admin.key")
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_keepalive_connections=0,
            network_backend=_InsideNamespace(lab, seen_from),
        )

    def request(
        self, method: str, url: str, body: Any = None, *, timeout_s: float = 5.0
    ) -> tuple[int, bytes]:
        """Status and content of one answer, on a new connection.

        Raises OSError (no namespace) and httpcore's ConnectError, TimeoutException and
        ProtocolError when there is no answer.
        """
        patch = method == "PATCH"
        kind = "application/merge-patch+json" if patch else "application/json"
        limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)
        answer = self._pool.request(
            method,
            url,
            headers={"Accept": "application/json", "Content-Type": kind},
            content=None if body is None else json.dumps(body).encode(),
            extensions={"timeout": limits},
        )
        return answer.status, answer.content


def apiserver_url(host: str, path: str) -> str:
    """`host` is a control-plane host, or `vip` for the way through the load balancers."""
    return f"https://{ipv4(host)}:{APISERVER_PORT}{path}"


def etcd_url(path: str = "") -> str:
    return f"http://{ipv4(SWITCH)}:{ETCD_PORT}{path}"
