"""Which of several routes wins, and how a name is compared."""

from components.render.haproxy.quoting import word

Rank = tuple[int, int, str]


def host_rank(host: str) -> Rank:
    """Sorts hosts from the least specific to the most: any host, wildcards by length, names."""
    if not host:
        return (0, 0, host)
    return (1 if host.startswith("*.") else 2, len(host), host)


def host_condition(sample: str, host: str) -> str:
    """The condition that `sample`, in small letters, is the host or inside the wildcard."""
    if host.startswith("*."):
        return f"{{ {sample} -m end -- {word(host[1:])} }}"
    return f"{{ {sample} -m str -- {word(host)} }}"
