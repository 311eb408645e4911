"""A remote host as the engine sees it."""

from dataclasses import replace

import pulumi
import pytest
from pulumi_command import remote

from components.model.node import OsFamily
from components.remote.host import RemoteHost, RemoteHostArgs
from components.render.plan import HostPlan
from components.render.transaction import (
    FAMILIES,
    RUN_SCRIPT,
    render_removal,
    render_transaction,
)
from tests.unit.components.registrations import is_secret, plain, register
from tests.unit.transaction.plans import PLAN

FACTS = "release=ab12\nsha256 haproxy/haproxy.cfg=ff\npackage haproxy=2.6\n"
STDOUT = {"lb1-transaction": FACTS, "lb1-secrets": "secrets=cd34\n"}
SECRET_PLAN = replace(PLAN, secrets_link="haproxy/secrets")
DEBIAN = FAMILIES[OsFamily.DEBIAN]


def make(plan: HostPlan = PLAN, files: dict[str, pulumi.Input[str]] | None = None) -> RemoteHost:
    connection = remote.ConnectionArgs(
        host="198.18.0.11", private_key=pulumi.Output.secret("PRIVATE"), host_key="ssh-ed25519 AAAA"
    )
    return RemoteHost(
        "lb1",
        RemoteHostArgs(
            connection=connection, plan=plan, family=OsFamily.DEBIAN, secret_files=files or {}
        ),
    )


def make_with_secrets() -> RemoteHost:
    return make(SECRET_PLAN, {"userlist.cfg": pulumi.Output.secret("PASSWORD\n")})


def test_a_host_without_secrets_is_one_connection() -> None:
    made = register(make, STDOUT)
    assert {(r.type, r.name, r.parent) for r in made.values()} == {
        ("k8s-ha-lb:remote:RemoteHost", "lb1", ""),
        ("command:remote:Command", "lb1-transaction", "lb1"),
    }
    inputs = made["lb1-transaction"].inputs
    assert inputs["create"] == inputs["update"] == RUN_SCRIPT
    assert inputs["delete"] == render_removal(PLAN, DEBIAN)
    assert inputs["stdin"] == render_transaction(PLAN, DEBIAN, None)
    assert inputs["addPreviousOutputInEnv"] is False
    assert inputs["logging"] == "stderr"
    assert "triggers" not in inputs


def test_secret_files_travel_alone_and_unlogged() -> None:
    made = register(make_with_secrets, STDOUT)
    assert made.keys() == {"lb1", "lb1-secrets", "lb1-transaction"}
    secrets = made["lb1-secrets"]
    assert secrets.parent == "lb1"
    assert secrets.inputs["logging"] == "none"
    assert is_secret(secrets.inputs["stdin"])
    assert "PASSWORD" in plain(secrets.inputs["stdin"])
    assert secrets.inputs["create"] == RUN_SCRIPT
    assert {"stdout", "stderr"} <= set(secrets.secret_outputs)


def test_the_transaction_stays_readable_and_follows_the_secrets_reference() -> None:
    stdin = register(make_with_secrets, STDOUT)["lb1-transaction"].inputs["stdin"]
    assert not is_secret(stdin)
    assert stdin == render_transaction(SECRET_PLAN, DEBIAN, "cd34")
    assert "PASSWORD" not in stdin


@pytest.mark.parametrize("preview", [True, False])
def test_the_connection_is_secret_and_carries_the_host_key(preview: bool) -> None:
    for made in register(make_with_secrets, STDOUT, preview=preview).values():
        if made.type == "command:remote:Command":
            connection = made.inputs["connection"]
            assert is_secret(connection)
            assert plain(connection)["hostKey"] == "ssh-ed25519 AAAA"


def test_the_facts_are_public_outputs() -> None:
    seen: list[object] = []
    secret: list[bool] = []

    def program() -> None:
        host = make_with_secrets()
        pulumi.Output.all(host.release, host.files, host.packages).apply(seen.append)
        pulumi.Output.from_input(host.release.is_secret()).apply(secret.append)

    register(program, STDOUT)
    assert seen == [["ab12", {"haproxy/haproxy.cfg": "ff"}, {"haproxy": "2.6"}]]
    assert secret == [False]


def test_a_machine_that_ends_takes_its_commands_along() -> None:
    def program() -> None:
        machine = pulumi.ComponentResource("test:index:Machine", "machine")
        RemoteHost(
            "lb1",
            RemoteHostArgs(
                connection=remote.ConnectionArgs(host="198.18.0.11"),
                plan=SECRET_PLAN,
                family=OsFamily.DEBIAN,
                secret_files={"a": "x"},
                deleted_with=machine,
            ),
        )

    made = register(program, STDOUT)
    assert made["lb1-transaction"].deleted_with == "machine"
    assert made["lb1-secrets"].deleted_with == "machine"


def test_secret_files_and_plan_must_agree() -> None:
    with pytest.raises(ValueError, match="give files exactly when"):
        RemoteHostArgs(
            connection=remote.ConnectionArgs(host="198.18.0.11"),
            plan=PLAN,
            family=OsFamily.DEBIAN,
            secret_files={"a": "x"},
        )
