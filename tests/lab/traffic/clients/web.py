"""HTTP through a VIP with httpx."""

import ssl
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import httpx
from pydantic import BaseModel

from lab.fabric.namespaces import entered
from tests.lab.traffic.addresses import Address


class Seen(BaseModel):
    """What a WebServer saw of a request."""

    server: str
    method: str
    path: str
    """As it was in the request line, undecoded."""
    version: str
    headers: dict[str, list[str]]
    """By lower-case name, every value in order."""
    body_bytes: int
    peer: IPv4Address | IPv6Address
    """Who connected to the server: the load balancer."""
    peer_port: int
    proxy_source: IPv4Address | IPv6Address | None
    """What the PROXY header told, where the server reads one."""


def seen(response: httpx.Response) -> Seen:
    """What the server saw. Raises httpx.HTTPStatusError for a status of 400 or more."""
    return Seen.model_validate_json(response.raise_for_status().content)


class VipTransport(httpx.BaseTransport):
    """Connects to the VIP whatever the URL's host is; Host and SNI stay the URL's."""

    def __init__(
        self,
        source: Address,
        vip: Address,
        namespace: Path,
        *,
        verify: ssl.SSLContext | bool,
        http2: bool,
    ) -> None:
        self._vip, self._namespace = vip, namespace
        self._transport = httpx.HTTPTransport(
            verify=verify, http2=http2, local_address=str(source), trust_env=False
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions.setdefault("sni_hostname", request.url.host)
        request.url = request.url.copy_with(host=str(self._vip))
        with entered(self._namespace):
            return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()
