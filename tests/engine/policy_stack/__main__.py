"""Registers what the stack's settings list: components with their facts, and raw commands."""

from typing import Any

import pulumi
import pulumi_command as command


class Registered(pulumi.ComponentResource):
    """A component of any type, whose inputs and outputs are the facts that it is given."""

    def __init__(self, token: str, name: str, facts: dict[str, Any]) -> None:
        super().__init__(token, name, facts)
        self.register_outputs(facts)


settings = pulumi.Config()
for each in settings.get_object("components") or []:
    Registered(each["type"], each["name"], each["facts"])

made: dict[str, command.remote.Command] = {}
for each in settings.get_object("remoteCommands") or []:
    arguments = dict(each["arguments"])
    if "runsOutputOf" in each:
        arguments["create"] = made[each["runsOutputOf"]].stdout
    made[each["name"]] = command.remote.Command(each["name"], **arguments)
