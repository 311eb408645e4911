"""Certificates are for the names that clients use, and last."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pulumi_policy import ResourceValidationPolicy

from .facts.facts import Facts
from .facts.load_balancer import Listener, listeners
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

DAYS = Limit(
    name="daysLeft",
    default=30,
    what="Fewest days for which a certificate must still be valid.",
    schema={"type": "number", "minimum": 0},
)
PROFILES = Limit(
    name="profiles",
    default=["intermediate", "modern"],
    what="TLS profiles that a listener may have; both of Mozilla's refuse TLS below 1.2.",
    schema={"type": "array", "items": {"type": "string"}, "minItems": 1},
)

RULE = Rule(
    name="tls-minimum",
    checks="Where TLS ends, the version is at least 1.2 and a valid certificate covers each name.",
    fix="Renew the certificate, or issue it for the names of the routes and tls.names.",
    source="https://wiki.mozilla.org/Security/Server_Side_TLS",
    limits=(DAYS, PROFILES),
)


def covered(host: str, names: Sequence[str]) -> bool:
    """Whether a certificate with these names is for `host`: `*.` stands for one label."""
    host = host.lower()
    parent = f"*.{host.partition('.')[2]}"
    return any(name.lower() in (host, parent) for name in names)


def days_left(not_after: datetime, now: datetime) -> float:
    """Days until a certificate ends; negative afterwards."""
    return (not_after - now) / timedelta(days=1)


def policy(now: Callable[[], datetime]) -> ResourceValidationPolicy:
    """The policy with a clock."""

    def check(resource: Resource, limits: Limits) -> Iterator[str]:
        """A violation per listener with a weak profile, an uncovered name or an ending chain."""
        for listener in listeners(resource):
            tls = listener.facts.child("tls") if listener.facts.has("tls") else None
            if tls:
                yield from _check_listener(resource, listener, tls, limits, now())

    return resource_policy(RULE, (is_composition, check))


def _check_listener(
    resource: Resource, listener: Listener, tls: Facts, limits: Limits, now: datetime
) -> Iterator[str]:
    setting = f"{listener.setting}.tls"
    profile, profiles = tls.text("profile"), limits.texts(PROFILES.name)
    if profile is not None and profile not in profiles:
        yield said(
            f"{setting}.profile",
            profile,
            f"only {', '.join(profiles)} may be used",
            f"set {setting}.profile to {profiles[0]}",
        )
    told = resource.facts.children("certificates")
    if told is None:
        return
    own = [each for each in told if each.text("listener") == listener.name]
    if not own:
        yield said(
            "certificates",
            f"empty for listener {listener.name}",
            "nothing can be judged",
            "tell listener, name, names, notBefore and notAfter of each",
        )
        return
    names = [name for each in own for name in each.texts("names") or []]
    if all(each.settled("names") for each in own):
        for host in _hosts(listener, tls):
            if not covered(host, names):
                yield said(
                    f"{setting}.certificates",
                    f"for {', '.join(names) or 'no name'}",
                    f"clients of {host} would refuse it",
                    f"add a certificate for {host}",
                )
    for certificate in own:
        yield from _check_time(setting, certificate, limits.number(DAYS.name), now)


def _hosts(listener: Listener, tls: Facts) -> list[str]:
    """Names that clients use: those of the routes and those that are only told."""
    routes = listener.facts.children("routes") if listener.facts.has("routes") else []
    routed = [host for r in routes or [] if r.has("hosts") for host in r.texts("hosts") or []]
    return list(
        dict.fromkeys([*routed, *((tls.texts("names") if tls.has("names") else None) or [])])
    )


def _check_time(setting: str, certificate: Facts, days: float, now: datetime) -> Iterator[str]:
    name = certificate.text("name")
    begins, ends = certificate.time("notBefore"), certificate.time("notAfter")
    if begins is not None and begins > now:
        yield said(
            f"{setting}.certificates[{name}]",
            f"valid from {begins.isoformat()}",
            f"it is {now.isoformat(timespec='seconds')}",
            "wait, or use the certificate before it",
        )
    left = None if ends is None else days_left(ends, now)
    if ends is not None and left is not None and left < days:
        yield said(
            f"{setting}.certificates[{name}]",
            f"valid until {ends.isoformat()}",
            f"{left:.1f} days are left, and {DAYS.name} is {days:g}",
            "renew it",
        )


POLICY = policy(lambda: datetime.now(UTC))
