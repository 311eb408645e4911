"""A highly available endpoint for kube-apiserver: machines, engine, VIPs, in the right order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.loadbalancer.node import LoadBalancerNode, LoadBalancerNodeArgs
from components.loadbalancer.secrets import LoadBalancerSecrets, secret_files
from components.machines.driver import make_machine
from components.model.budget.budget import failover_budget
from components.model.budget.fault import Fault
from components.model.load_balancer import LoadBalancer
from components.model.machine import MachineSettings
from components.render.facts import policy_facts


@dataclass(frozen=True, kw_only=True)
class ControlPlaneArgs:
    """What the endpoint is made of."""

    load_balancer: LoadBalancer
    machines: Mapping[str, MachineSettings]
    """The machine of each node, by node name."""
    private_key: pulumi.Input[str] = field(repr=False)
    """SSH private key that the machines accept."""
    secrets: LoadBalancerSecrets
    worst_outage_ms: int
    """Objective: longest acceptable outage of any single fault, ms."""
    accepted_unbounded: Sequence[Fault] = ()
    """Faults whose outage may be unbounded."""

    def __post_init__(self) -> None:
        missing = {n.name for n in self.load_balancer.nodes} ^ set(self.machines)
        if missing:
            raise ValueError(
                f"machines is {sorted(self.machines)}: every node needs exactly one machine;"
                f" add or remove {sorted(missing)}"
            )


class ControlPlane(pulumi.ComponentResource):
    """An endpoint that survives the loss of any one node.

    Nodes change one after another, the backup first and the expected holder last; a node that fails
    stops the update while the others serve on.
    """

    releases: pulumi.Output[Mapping[str, str]]
    """Digest of the release on each node, by node name."""

    def __init__(
        self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        lb = args.load_balancer
        facts = policy_facts(
            lb,
            failover_budget(lb),
            worst_outage_ms=args.worst_outage_ms,
            accepted_unbounded=args.accepted_unbounded,
        )
        super().__init__("k8s-ha-lb:control_plane:ControlPlane", name, facts, opts)
        files = secret_files(lb, args.secrets)
        releases: dict[str, pulumi.Output[str]] = {}
        earlier: list[pulumi.Resource] = []
        for node in reversed(lb.nodes_by_priority):
            machine = make_machine(
                f"{name}-{node.name}-machine",
                args.machines[node.name],
                args.private_key,
                pulumi.ResourceOptions(parent=self),
            )
            made = LoadBalancerNode(
                f"{name}-{node.name}",
                LoadBalancerNodeArgs(
                    load_balancer=lb, node=node, machine=machine, secret_files=files
                ),
                pulumi.ResourceOptions(parent=self, depends_on=[machine, *earlier]),
            )
            earlier.append(made)
            releases[node.name] = made.release
        self.releases = pulumi.Output.all(**releases)
        self.register_outputs({**facts, "releases": self.releases})
