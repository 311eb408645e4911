"""Networks as HAProxy writes them; their order has no meaning."""

from collections.abc import Iterable, Iterator

from components.model.network import Network


def source_acl(name: str, networks: Iterable[Network]) -> Iterator[str]:
    """The condition `name`: the client's address is in one of the networks.

    One line for each, as HAProxy takes at most 64 words in a line.
    """
    for network in sorted(set(networks), key=lambda n: (n.version, n)):
        yield f"acl {name} src {network}"
