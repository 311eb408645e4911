"""Machine drivers as the engine sees them."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from components.machines.driver import make_machine
from components.machines.machine import Machine
from components.model.machine import ExistingMachine
from components.render.machines.nspawn import AUTHORIZED_KEY, render_nspawn
from tests.unit.components.registrations import is_secret, register
from tests.unit.machines.test_nspawn_scripts import SETTINGS

KEY = ed25519.Ed25519PrivateKey.generate()
PRIVATE_KEY = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.OpenSSH,
    serialization.NoEncryption(),
).decode()
PUBLIC_KEY = (
    KEY.public_key()
    .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    .decode()
)
EXISTING = ExistingMachine(address="lb1.example.net", user="admin", host_key="ssh-ed25519 AAAA")


def test_an_existing_machine_makes_no_resource_but_itself() -> None:
    made = register(lambda: make_machine("lb1", EXISTING, PRIVATE_KEY))
    assert {(r.type, r.name, r.parent) for r in made.values()} == {
        ("k8s-ha-lb:machines:ExistingMachine", "lb1", "")
    }
    assert made["lb1"].inputs["hostKey"] == "ssh-ed25519 AAAA"
    assert PRIVATE_KEY not in str(made)


def test_an_existing_machine_is_reached_as_its_settings_say() -> None:
    machines: list[Machine] = []
    register(lambda: machines.append(make_machine("lb1", EXISTING, PRIVATE_KEY)))
    connection = machines[0].connection
    assert (connection.host, connection.user, connection.port) == ("lb1.example.net", "admin", 22)
    assert connection.host_key == "ssh-ed25519 AAAA"
    assert connection.dial_error_limit == 5
    assert connection.per_dial_timeout == 5
    assert machines[0].deleted_with is None


def test_a_machine_container_is_one_local_command() -> None:
    made = register(lambda: make_machine("lb1", SETTINGS, PRIVATE_KEY))
    assert {(r.type, r.name, r.parent) for r in made.values()} == {
        ("k8s-ha-lb:machines:NspawnMachine", "lb1", ""),
        ("command:local:Command", "lb1-container", "lb1"),
    }
    command = made["lb1-container"]
    assert command.delete_before_replace
    assert command.inputs["create"] == command.inputs["update"] == "exec sh -s"
    assert command.inputs["stdin"] == render_nspawn(SETTINGS).create
    assert command.inputs["delete"] == render_nspawn(SETTINGS).delete
    assert command.inputs["environment"]["MACHINE_NAME"] == "lab-lb1"
    assert command.inputs["environment"][AUTHORIZED_KEY] == PUBLIC_KEY
    assert command.inputs["triggers"][:2] == ["lab-lb1", "/images/bookworm"]
    assert command.inputs["addPreviousOutputInEnv"] is False


def test_a_machine_container_is_trusted_by_the_key_it_was_made_with() -> None:
    seen: list[object] = []

    def program() -> None:
        machine = make_machine("lb1", SETTINGS, PRIVATE_KEY)
        assert machine.deleted_with is not None
        machine.connection.host_key.apply(seen.append)  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess] - an Output here

    register(program, {"lb1-container": "ssh-ed25519 BBBB"})
    assert seen == ["ssh-ed25519 BBBB"]


def test_no_private_key_reaches_a_registration() -> None:
    made = register(lambda: make_machine("lb1", SETTINGS, PRIVATE_KEY))
    assert "PRIVATE KEY" not in str(made)
    assert not any(is_secret(value) for r in made.values() for value in r.inputs.values())


def test_two_machines_coexist() -> None:
    def program() -> None:
        make_machine("lb1", SETTINGS, PRIVATE_KEY)
        other = SETTINGS.model_copy(update={"machine_name": "lab-lb2", "port": "sw-lb2"})
        make_machine("lb2", other, PRIVATE_KEY)

    assert register(program).keys() == {"lb1", "lb1-container", "lb2", "lb2-container"}
