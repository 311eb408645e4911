"""What a node is given to run fits on it."""

from collections.abc import Iterator, Sequence

from .facts.facts import Facts
from .facts.load_balancer import listeners, load_balancer, nodes, pools
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

PER_CONNECTION = Limit(
    name="descriptorsPerConnection",
    default=2,
    what="File descriptors of one proxied connection: the client's and the backend's socket.",
    schema={"type": "number", "minimum": 1},
)
BASE = Limit(
    name="descriptorsOfEngine",
    default=400,
    what="File descriptors of the engine itself and of what it keeps free for health checks.",
    schema={"type": "number", "minimum": 0},
)

RULE = Rule(
    name="config-within-limits",
    checks="maxConnections fits the nodes' fileLimit, and no port is used twice on a node.",
    fix="Lower maxConnections or raise fileLimit; choose another port.",
    source="https://docs.haproxy.org/2.6/configuration.html#maxconn",
    limits=(PER_CONNECTION, BASE),
)


def most_connections(file_limit: float, per_connection: float, base: float) -> int:
    """Connections that fit into a limit of open files."""
    return max(0, int((file_limit - base) // per_connection))


def used_twice(ports: Sequence[tuple[str, float]]) -> list[tuple[str, float, str]]:
    """Every setting whose port another one before it has, with that one."""
    first: dict[float, str] = {}
    return [
        (setting, port, first[port])
        for setting, port in ports
        if first.setdefault(port, setting) != setting
    ]


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per node that is too small and per port that is used twice."""
    lb = load_balancer(resource)
    if lb is None:
        return
    wanted = lb.number("maxConnections")
    figures = limits.number(PER_CONNECTION.name), limits.number(BASE.name)
    for setting, node in nodes(resource):
        limit = node.number("fileLimit")
        if wanted is None or limit is None:
            continue
        most = most_connections(limit, *figures)
        if wanted > most:
            yield said(
                f"{resource.settings}.maxConnections",
                f"{wanted:g}",
                f"{setting}.fileLimit {limit:g} is enough for {most}",
                f"set {resource.settings}.maxConnections to at most {most} or raise the limit",
            )
    for setting, port, other in used_twice(_ports(resource, lb)):
        yield said(setting, f"{port:g}", f"{other} uses it too", "choose a free port")


def _ports(resource: Resource, lb: Facts) -> list[tuple[str, float]]:
    places = [(f"{x.setting}.port", x.facts, "port") for x in listeners(resource)]
    for page in ("observability", "stats"):
        facts = lb.child(page)
        if facts and (page != "stats" or facts.flag("enabled")):
            places.append((f"{resource.settings}.{page}.port", facts, "port"))
    kinds = [
        persistence.text("kind")
        for pool in pools(resource)
        if pool.facts.has("persistence") and (persistence := pool.facts.child("persistence"))
    ]
    if "source" in kinds:
        places.append((f"{resource.settings}.peersPort", lb, "peersPort"))
    return [
        (setting, port) for setting, facts, key in places if (port := facts.number(key)) is not None
    ]


POLICY = resource_policy(RULE, (is_composition, check))
