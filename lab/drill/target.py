"""What a drill aims at: the lab's endpoint, its predictions, and who holds its VIPs."""

from dataclasses import dataclass

from components.model.budget.budget import FailoverBudget, failover_budget
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from lab.drill.waiting import wait_until
from lab.fabric.namespaces import addresses_on, links
from lab.hosts import LOAD_BALANCERS
from lab.prober.probe import Probe
from lab.state import Lab

LIGHT_PATH = "/version"
"""Answered without asking etcd: the drill loads the load balancer, not the kube-apiservers."""


@dataclass(frozen=True, kw_only=True)
class DrillTarget:
    """A lab whose stack is up, and the load balancer it was made from."""

    lab: Lab
    load_balancer: LoadBalancer

    @property
    def budget(self) -> FailoverBudget:
        """Predictions for the load balancer."""
        return failover_budget(self.load_balancer)

    @property
    def client(self) -> str:
        """Network namespace of the client."""
        return self.lab.namespace("client")

    @property
    def expected_holder(self) -> str:
        """The node that holds the VIPs while all are healthy."""
        return self.load_balancer.nodes_by_priority[0].name

    @property
    def tells_backend_state(self) -> bool:
        """Whether the engine tells what it thinks of its backends; else only traffic shows it."""
        return self.load_balancer.capabilities.has(Feature.METRICS)

    def probe(self, version: int = 4, timeout_ms: int = 300) -> Probe:
        """A verified TLS connection through the VIP of an IP version, and one request."""
        vip = next(v for v in self.load_balancer.vips if v.version == version)
        return Probe(
            target=str(vip.address),
            port=self.load_balancer.listeners[0].port,
            ca=self.lab.pki / "ca.crt",
            path=LIGHT_PATH,
            timeout_ms=timeout_ms,
        )

    def holders(self) -> tuple[str, ...]:
        """Nodes that hold every VIP, and nodes that hold only some (`name (partly)`)."""
        vips = {str(vip.address) for vip in self.load_balancer.vips}
        found: list[str] = []
        for node in LOAD_BALANCERS:
            held = vips & _addresses(self.lab, node)
            if held:
                found.append(node if held == vips else f"{node} (partly)")
        return tuple(found)

    def wait_for_holder(self, node: str, timeout_s: float) -> None:
        """Waits until `node` alone holds every VIP. Raises NeverHappenedError."""
        wait_until(
            f"{node} alone holds the VIPs (now {self.holders()})",
            lambda: self.holders() == (node,),
            timeout_s,
        )


def _addresses(lab: Lab, node: str) -> set[str]:
    return addresses_on(links(lab, node).get("eth0", {}))
