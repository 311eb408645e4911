"""Networks as HAProxy writes them; their order has no meaning."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Network

from components.model.network import Network


def source_acl(name: str, networks: Iterable[Network]) -> Iterator[str]:
    """The condition `name`: the client's address is in one of the networks.

    One line for each, as HAProxy takes at most 64 words in a line.
    """
    for network in sorted(set(networks), key=lambda n: (n.version, n)):
        yield f"acl {name} src {network}"


_EMBEDDING = (IPv6Network("2002::/16"), IPv6Network("::/96"))
"""6to4 (RFC 3056) and IPv4-compatible addresses (RFC 4291): HAProxy takes the IPv4 address inside
them for the source."""


def embedded_refusal(stage: str, networks: Iterable[Network]) -> Iterator[str]:
    """Refuses IPv6 sources that a condition with IPv4 networks would take for IPv4 ones.

    Comes before a rule that serves the networks; one of them that is such a network is heeded.
    """
    given = tuple(networks)
    wanted = [n for n in given if n.version == 6 and any(n.overlaps(e) for e in _EMBEDDING)]
    if any(n.version == 4 for n in given) and not wanted:
        sources = " ".join(str(network) for network in _EMBEDDING)
        yield f"tcp-request {stage} reject if {{ src {sources} }} !{{ src ::1 }}"
