"""A machine container on the Linux host that runs Pulumi."""

from dataclasses import dataclass, field

import pulumi
from pulumi_command import local

from components.machines.machine import Machine, ssh_connection
from components.model import machine as model
from components.render.machines.nspawn import (
    AUTHORIZED_KEY,
    RUN_SCRIPT,
    machine_identity,
    render_nspawn,
)
from components.render.ssh_key import public_key_of


@dataclass(frozen=True, kw_only=True)
class NspawnMachineArgs:
    """A machine container and the key that opens it."""

    settings: model.NspawnMachine
    private_key: pulumi.Input[str] = field(repr=False)
    """SSH private key whose public half the machine accepts."""


class NspawnMachine(Machine):
    """A machine container that boots its own systemd, made and removed with the stack.

    It is ready when its sshd answers with the host key that was made for it. Changed addresses are
    applied to the running machine; any other change makes a new one.
    """

    host_key: pulumi.Output[str]
    """The machine's SSH host public key."""

    def __init__(
        self, name: str, args: NspawnMachineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        settings = args.settings
        facts = settings.model_dump(mode="json", by_alias=True)
        super().__init__("k8s-ha-lb:machines:NspawnMachine", name, facts, opts)
        scripts = render_nspawn(settings)
        authorized_key = pulumi.Output.from_input(args.private_key).apply(public_key_of)
        container = local.Command(
            f"{name}-container",
            local.CommandArgs(
                # Through standard input: a failing command is printed in full.
                create=RUN_SCRIPT,
                update=RUN_SCRIPT,
                stdin=scripts.create,
                delete=scripts.delete,
                environment={
                    **scripts.environment,
                    # Derived from the private key, public by nature.
                    AUTHORIZED_KEY: pulumi.Output.unsecret(authorized_key),
                },
                triggers=list(machine_identity(settings)),
                add_previous_output_in_env=False,
                logging=local.Logging.STDERR,
            ),
            # The replacement has the name, the cable and the directory of the old machine.
            pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.host_key = container.stdout
        self.connection = ssh_connection(
            host=str(settings.addresses[0].ip),
            user=settings.user,
            private_key=args.private_key,
            host_key=self.host_key,
        )
        self.deleted_with = container
        self.register_outputs({"address": str(settings.addresses[0].ip), "hostKey": self.host_key})
