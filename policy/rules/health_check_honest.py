"""The check of kube-apiserver sees what a client would see."""

from collections.abc import Iterator

from .facts.facts import Facts
from .facts.load_balancer import API_PORT, in_front_of, pools_of
from .facts.resource import Resource, is_composition
from .pack.limits import Limit, Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

PATHS = Limit(
    name="paths",
    default=["/readyz"],
    what="Paths of kube-apiserver that tell whether it takes requests.",
    schema={"type": "array", "items": {"type": "string"}, "minItems": 1},
)

RULE = Rule(
    name="health-check-honest",
    checks="kube-apiserver is checked by https on /readyz, expecting 200, certificate verified.",
    fix="Set healthCheck to kind https, path /readyz, expectedStatus 200 and a CA.",
    source="https://github.com/openshift/installer/blob/master/docs/dev/kube-apiserver-health-check.md",
    limits=(PATHS,),
)


def honest_path(path: str, paths: list[str]) -> bool:
    """Whether a check's path, without its query, is one of `paths`."""
    return path.split("?", maxsplit=1)[0] in paths


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation for everything in a check that could call a dead API server healthy."""
    for listener in in_front_of(resource, API_PORT):
        for pool in pools_of(listener):
            probe = pool.facts.child("healthCheck") if pool.facts.has("healthCheck") else None
            if probe:
                setting = f"{pool.setting}.healthCheck"
                yield from _check_probe(setting, probe, limits.texts(PATHS.name))


def _check_probe(setting: str, probe: Facts, paths: list[str]) -> Iterator[str]:
    kind = probe.text("kind")
    if kind is None:
        return
    if kind != "https":
        yield said(
            f"{setting}.kind",
            kind,
            "only an https check sees whether kube-apiserver takes requests",
            f"set {setting}.kind to https",
        )
        return
    path = probe.text("path")
    if path is not None and not honest_path(path, paths):
        yield said(
            f"{setting}.path",
            path,
            f"only {', '.join(paths)} turns bad before shutdown (/healthz stays 200)",
            f"set {setting}.path to {paths[0]}",
        )
    status = probe.number("expectedStatus")
    if status is not None and status != 200:
        yield said(
            f"{setting}.expectedStatus",
            f"{status:g}",
            "a ready kube-apiserver answers 200",
            f"set {setting}.expectedStatus to 200",
        )
    if probe.flag("insecureSkipVerify"):
        yield said(
            f"{setting}.insecureSkipVerify",
            "true",
            "any server could answer the check",
            f"set {setting}.caFile to the cluster's CA and remove insecureSkipVerify",
        )


POLICY = resource_policy(RULE, (is_composition, check))
