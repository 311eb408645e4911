"""Facts about a load balancer for the policy pack and for a reader of the state: nothing secret,
nothing bulky."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import cast

from components.model.base import Model
from components.model.budget.budget import FailoverBudget
from components.model.budget.fault import Fault
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.tls import Certificate

FILE_CONTENTS = frozenset({"ca", "chain", "clientAuthority", "content"})
"""Settings that hold whole files."""


class CertificateFact(Model):
    """A certificate that clients of a listener may get."""

    listener: str
    name: str
    names: tuple[str, ...]
    """DNS names and addresses that it is for."""
    not_before: str
    """When its chain has begun to be valid, ISO 8601, UTC."""
    not_after: str
    """When the first certificate of its chain ends."""


def certificate_facts(lb: LoadBalancer) -> tuple[CertificateFact, ...]:
    """One per certificate of every listener, in their order."""
    return tuple(
        _fact(listener, certificate)
        for listener in lb.listeners
        if listener.tls is not None
        for certificate in listener.tls.certificates
    )


def policy_facts(
    lb: LoadBalancer,
    budget: FailoverBudget,
    *,
    worst_outage_ms: int,
    accepted_unbounded: Sequence[Fault],
) -> dict[str, object]:
    """What the policy pack judges. Files stand as `sha256:` and their digest: a change shows."""
    return {
        "role": "kube-apiserver",
        "loadBalancer": _without_contents(lb.model_dump(mode="json", by_alias=True)),
        "certificates": [fact.model_dump(by_alias=True) for fact in certificate_facts(lb)],
        "failoverBudget": [p.model_dump(mode="json", by_alias=True) for p in budget.predictions],
        "slo": {
            "worstOutageMs": worst_outage_ms,
            "acceptedUnbounded": [fault.value for fault in accepted_unbounded],
        },
    }


def _fact(listener: Listener, certificate: Certificate) -> CertificateFact:
    return CertificateFact(
        listener=listener.name,
        name=certificate.name,
        names=certificate.names,
        not_before=certificate.not_before.isoformat(),
        not_after=certificate.not_after.isoformat(),
    )


def _without_contents(value: object) -> object:
    if isinstance(value, list):
        return [_without_contents(item) for item in cast("list[object]", value)]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _digest(each)
        if name in FILE_CONTENTS and isinstance(each, str)
        else _without_contents(each)
        for name, each in cast("Mapping[str, object]", value).items()
    }


def _digest(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
