"""A load-balancer node: one machine made to run the engine and Keepalived as the model says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.machines.machine import Machine
from components.model.load_balancer import LoadBalancer
from components.model.node import Node
from components.remote.host import RemoteHost, RemoteHostArgs
from components.render.host import host_plan


@dataclass(frozen=True, kw_only=True)
class LoadBalancerNodeArgs:
    """One node of a load balancer and where it runs."""

    load_balancer: LoadBalancer
    node: Node
    machine: Machine
    secret_files: Mapping[str, pulumi.Input[str]] = field(repr=False)
    """Secret files of the engine by name."""


class LoadBalancerNode(pulumi.ComponentResource):
    """A node that serves the listeners and takes part in VRRP.

    It is ready when its engine answers with the new revision, every listener listens and the VIPs
    have exactly one holder. When a change fails, the node runs what it ran before.
    """

    release: pulumi.Output[str]
    """Digest of everything the node was given."""

    def __init__(
        self, name: str, args: LoadBalancerNodeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("k8s-ha-lb:loadbalancer:LoadBalancerNode", name, None, opts)
        host = RemoteHost(
            f"{name}-host",
            RemoteHostArgs(
                connection=args.machine.connection,
                plan=host_plan(args.load_balancer, args.node),
                family=args.node.family,
                secret_files=args.secret_files,
                deleted_with=args.machine.deleted_with,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.release = host.release
        self.register_outputs({"release": self.release})
