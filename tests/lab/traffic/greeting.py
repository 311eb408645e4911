"""What a line server tells a client at once."""

from ipaddress import IPv4Address, IPv6Address

from pydantic import BaseModel

from tests.lab.traffic.proxy_protocol import ProxyHeader


class Greeting(BaseModel):
    """Which server, and what it saw of the connection."""

    server: str
    peer: IPv4Address | IPv6Address
    """Who connected to the server: the load balancer."""
    peer_port: int
    proxy: ProxyHeader | None
    """What the PROXY header told, where the server reads one."""
