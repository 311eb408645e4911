"""What a stack tells others: its outputs. Only additions are allowed within a version."""

from collections.abc import Sequence

from pydantic import Field

from components.model.base import Model
from components.model.budget.budget import FailoverBudget
from components.model.budget.prediction import Prediction
from components.model.feature import Feature
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer, Reach
from components.render.facts import CertificateFact, certificate_facts

SCHEMA_VERSION = 1


class VipOutput(Model):
    """A virtual address of the endpoint."""

    address: str
    family: str = Field(pattern="^ipv[46]$")
    vrid: int
    interface: str


class NodeOutput(Model):
    """A load-balancer node."""

    name: str
    addresses: tuple[str, ...]
    priority: int
    failure_domain: str | None


class CertificateOutput(Model):
    """A certificate that clients of a listener may get."""

    name: str
    names: tuple[str, ...]
    """DNS names and addresses that it is for."""
    not_after: str
    """When the first certificate of its chain ends, ISO 8601, UTC."""


class ListenerOutput(Model):
    """A port of the VIPs; the Kubernetes API is the first."""

    name: str
    port: int
    mode: str
    """`tcp` or `http`."""
    host_names: tuple[str, ...]
    """Names that it is known to serve, `*.` for any labels before it."""
    certificates: tuple[CertificateOutput, ...]
    """Those of the load balancer; none where it does not end TLS."""


class Contract(Model):
    """The outputs of a stack with a control-plane endpoint."""

    schema_version: int = SCHEMA_VERSION
    endpoint: str
    """URL of the Kubernetes API."""
    kubeconfig_server: str
    """The `server:` line for a kubeconfig."""
    vips: tuple[VipOutput, ...]
    expected_holder: str
    """Node that holds the VIPs while all nodes are healthy."""
    ca: str | None
    """PEM of the authority behind the endpoint's certificate."""
    nodes: tuple[NodeOutput, ...]
    health_urls: tuple[str, ...]
    """One per node: 200 while its engine serves. Empty when only loopback may ask."""
    metrics_targets: tuple[str, ...]
    """`host:port` of each node for Prometheus. Empty when only loopback may ask, or when the engine
    has no metrics."""
    engine: str
    """`haproxy` or `nginx`."""
    listeners: tuple[ListenerOutput, ...]
    """Every port of the VIPs."""
    worst_outage_ms: float | None
    """Longest predicted outage of any fault; none when nothing bounds one."""
    failover_budget: tuple[Prediction, ...]
    """Prediction for every fault."""


def contract(lb: LoadBalancer, budget: FailoverBudget, host_name: str | None) -> Contract:
    """The outputs for a load balancer whose first listener is the Kubernetes API."""
    listener = lb.listeners[0]
    check = listener.pools[0].health_check
    first = min(lb.vips, key=lambda vip: vip.version)
    endpoint = f"https://{host_name or _host(str(first.address))}:{listener.port}"
    worst = budget.worst.worst_ms
    targets = (
        tuple(
            f"{_host(str(a.ip))}:{lb.observability.port}" for n in lb.nodes for a in n.addresses[:1]
        )
        if lb.observability.reach is Reach.NODE
        else ()
    )
    return Contract(
        endpoint=endpoint,
        kubeconfig_server=f"server: {endpoint}",
        vips=tuple(
            VipOutput(
                address=str(vip.address),
                family=f"ipv{vip.version}",
                vrid=vip.vrid,
                interface=vip.interface,
            )
            for vip in lb.vips
        ),
        expected_holder=lb.nodes_by_priority[0].name,
        ca=check.ca if check else None,
        nodes=tuple(
            NodeOutput(
                name=n.name,
                addresses=tuple(str(a.ip) for a in n.addresses),
                priority=n.priority,
                failure_domain=n.failure_domain,
            )
            for n in lb.nodes
        ),
        health_urls=tuple(f"http://{target}/healthz" for target in targets),
        metrics_targets=targets if lb.capabilities.has(Feature.METRICS) else (),
        engine=lb.engine.value,
        listeners=tuple(_listener(each, certificate_facts(lb)) for each in lb.listeners),
        worst_outage_ms=None if worst == float("inf") else worst,
        failover_budget=budget.predictions,
    )


def _listener(listener: Listener, facts: Sequence[CertificateFact]) -> ListenerOutput:
    return ListenerOutput(
        name=listener.name,
        port=listener.port,
        mode=listener.mode.value,
        host_names=listener.host_names,
        certificates=tuple(
            CertificateOutput(name=f.name, names=f.names, not_after=f.not_after)
            for f in facts
            if f.listener == listener.name
        ),
    )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
