"""Every remote connection, and its proxy, verifies the host's key."""

from collections.abc import Iterator

from pulumi_policy import Severity

from .facts.resource import Resource, of_type
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

REMOTE_TYPES = (
    "command:remote:Command",
    "command:remote:CopyToRemote",
    "command:remote:CopyFile",
)

RULE = Rule(
    name="host-key-verified",
    checks="Every SSH connection and its proxy name the host's public key.",
    fix="Set connection.hostKey, and connection.proxy.hostKey when there is a proxy.",
    source="https://github.com/pulumi/pulumi-command/pull/794",
    severity=Severity.CRITICAL,
    raw=True,
)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per end of the connection that could be anyone's."""
    connection = resource.facts.child("connection")
    ends = [("connection", connection)]
    if connection and connection.has("proxy"):
        ends.append(("connection.proxy", connection.child("proxy")))
    for setting, end in ends:
        if end is None or not end.known("hostKey"):
            continue
        if not end.has("hostKey") or not (end.text("hostKey") or "").strip():
            host = end.text("host") if end.has("host") else None
            yield said(
                f"{setting}.hostKey",
                "not set" + (f" for {host}" if host else ""),
                "without it pulumi-command accepts any host's key",
                f"set {setting}.hostKey to the line of /etc/ssh/ssh_host_ed25519_key.pub"
                " on that host",
            )


POLICY = resource_policy(RULE, (of_type(*REMOTE_TYPES), check))
