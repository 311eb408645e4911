"""One host brought to a plan: at most one SSH connection per change, two with secret files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_command import remote

from components.model.node import OsFamily
from components.render.plan import HostPlan
from components.render.transaction import (
    FAMILIES,
    RUN_SCRIPT,
    parse_outputs,
    parse_secrets_reference,
    render_removal,
    render_secrets_transaction,
    render_transaction,
)


@dataclass(frozen=True, kw_only=True)
class RemoteHostArgs:
    """A host, what it must hold and run, and how to reach it."""

    connection: pulumi.Input[remote.ConnectionArgs] = field(repr=False)
    plan: HostPlan
    family: OsFamily
    secret_files: Mapping[str, pulumi.Input[str]] = field(repr=False)
    """Secret files of the engine by name; given exactly when the plan has secrets."""
    deleted_with: pulumi.Resource | None = None
    """The machine's resource, when its end makes a removal needless."""

    def __post_init__(self) -> None:
        if bool(self.secret_files) != self.plan.has_secrets:
            raise ValueError(
                f"secretFiles has {sorted(self.secret_files)} and the plan of {self.plan.node} says"
                f" has_secrets={self.plan.has_secrets}; give files exactly when it has"
            )


class RemoteHost(pulumi.ComponentResource):
    """A host that holds and runs its plan, verified, or what it ran before.

    An unchanged plan opens no connection. A changed one is a single transaction that refuses,
    completes or rolls back on the host, also when the connection breaks.
    """

    release: pulumi.Output[str]
    """Name of the verified release: a digest of all files."""
    files: pulumi.Output[Mapping[str, str]]
    """sha256 of every managed file by its path inside the release."""
    packages: pulumi.Output[Mapping[str, str]]
    """Effective version of every package."""

    def __init__(
        self, name: str, args: RemoteHostArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("k8s-ha-lb:remote:RemoteHost", name, {"node": args.plan.node}, opts)
        family = FAMILIES[args.family]
        reference = self._bring_secrets(name, args) if args.secret_files else None
        transaction = remote.Command(
            f"{name}-transaction",
            remote.CommandArgs(
                connection=args.connection,
                create=RUN_SCRIPT,
                update=RUN_SCRIPT,
                delete=render_removal(args.plan, family),
                stdin=pulumi.Output.from_input(reference).apply(
                    lambda known: render_transaction(args.plan, family, known)
                ),
                add_previous_output_in_env=False,
                logging=remote.Logging.STDERR,
            ),
            pulumi.ResourceOptions(parent=self, deleted_with=args.deleted_with),
        )
        # The private key makes the plugin call its whole answer secret; the facts are not.
        facts = pulumi.Output.unsecret(transaction.stdout).apply(parse_outputs)
        self.release = facts.apply(lambda known: known.release)
        self.files = facts.apply(lambda known: known.files)
        self.packages = facts.apply(lambda known: known.packages)
        self.register_outputs(
            {"release": self.release, "files": self.files, "packages": self.packages}
        )

    def _bring_secrets(self, name: str, args: RemoteHostArgs) -> pulumi.Output[str]:
        script = pulumi.Output.all(**args.secret_files).apply(render_secrets_transaction)
        secrets = remote.Command(
            f"{name}-secrets",
            remote.CommandArgs(
                connection=args.connection,
                create=RUN_SCRIPT,
                update=RUN_SCRIPT,
                stdin=pulumi.Output.secret(script),
                add_previous_output_in_env=False,
                logging=remote.Logging.NONE,
            ),
            pulumi.ResourceOptions(
                parent=self,
                deleted_with=args.deleted_with,
                additional_secret_outputs=["stdout", "stderr"],
            ),
        )
        # A digest with a key that stays on the host: it may be seen, and reviewers see plain diffs.
        return pulumi.Output.unsecret(secrets.stdout).apply(parse_secrets_reference)
