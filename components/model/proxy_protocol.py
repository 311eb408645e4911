"""The PROXY protocol tells the next hop who the client is (HAProxy's proxy-protocol.txt)."""

from enum import StrEnum


class ProxyProtocol(StrEnum):
    """Version of the header that is sent: text (1) or binary (2)."""

    V1 = "v1"
    V2 = "v2"
