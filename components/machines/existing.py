"""A host that you own."""

from dataclasses import dataclass, field

import pulumi

from components.machines.machine import Machine, ssh_connection
from components.model import machine as model


@dataclass(frozen=True, kw_only=True)
class ExistingMachineArgs:
    """An existing host and the key that opens it."""

    settings: model.ExistingMachine
    private_key: pulumi.Input[str] = field(repr=False)
    """SSH private key that the host accepts."""


class ExistingMachine(Machine):
    """A host that outlives the stack: nothing is made or removed here, only its access is known."""

    def __init__(
        self, name: str, args: ExistingMachineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        settings = args.settings
        facts = settings.model_dump(mode="json", by_alias=True)
        super().__init__("k8s-ha-lb:machines:ExistingMachine", name, facts, opts)
        self.connection = ssh_connection(
            host=settings.address,
            port=settings.port,
            user=settings.user,
            private_key=args.private_key,
            host_key=settings.host_key,
        )
        self.deleted_with = None
        self.register_outputs({"address": settings.address})
