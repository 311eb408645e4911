"""A machine that a load-balancer node runs on, whatever it is made of."""

import pulumi
from pulumi_command import remote

DIAL_ERROR_LIMIT = 5
"""Attempts to reach sshd before the update fails: about 20 s for a host that does not answer. A
machine that still boots is awaited by its own driver."""

PER_DIAL_TIMEOUT_S = 5
"""Longest time of one attempt, in seconds."""


class Machine(pulumi.ComponentResource):
    """How to reach a machine over SSH, and what its life hangs on.

    A subclass registers its outputs as the last thing.
    """

    connection: remote.ConnectionArgs
    """Always carries the host key, unless the settings opt out of its verification."""

    deleted_with: pulumi.Resource | None
    """The resource whose end is the machine's end; none for a machine that outlives the stack."""


def ssh_connection(
    *,
    host: pulumi.Input[str],
    user: str,
    private_key: pulumi.Input[str],
    host_key: pulumi.Input[str] | None,
    port: int = 22,
) -> remote.ConnectionArgs:
    """A connection with a secret private key and explicit limits instead of the plugin's."""
    return remote.ConnectionArgs(
        host=host,
        port=port,
        user=user,
        private_key=pulumi.Output.secret(private_key),
        host_key=host_key,
        dial_error_limit=DIAL_ERROR_LIMIT,
        per_dial_timeout=PER_DIAL_TIMEOUT_S,
    )
