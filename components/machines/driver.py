"""Chooses the machine driver that the settings name."""

import pulumi

from components.machines.existing import ExistingMachine, ExistingMachineArgs
from components.machines.machine import Machine
from components.machines.nspawn import NspawnMachine, NspawnMachineArgs
from components.model import machine as model


def make_machine(
    name: str,
    settings: model.MachineSettings,
    private_key: pulumi.Input[str],
    opts: pulumi.ResourceOptions | None = None,
) -> Machine:
    """The machine of these settings; `private_key` is the SSH key that it accepts."""
    match settings:
        case model.ExistingMachine():
            existing = ExistingMachineArgs(settings=settings, private_key=private_key)
            return ExistingMachine(name, existing, opts)
        case model.NspawnMachine():
            nspawn = NspawnMachineArgs(settings=settings, private_key=private_key)
            return NspawnMachine(name, nspawn, opts)
