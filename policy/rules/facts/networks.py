"""Networks that limit who may ask."""

from .facts import Facts


def limited(facts: Facts, key: str) -> bool | None:
    """Whether the networks under `key` leave somebody out; none when they are not known."""
    networks = facts.texts(key)
    if networks is None or not facts.settled(key):
        return None
    return bool(networks) and not any(network.endswith("/0") for network in networks)
