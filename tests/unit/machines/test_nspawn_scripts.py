"""The scripts of a machine container."""

import subprocess

import pytest
from syrupy.assertion import SnapshotAssertion

from components.model.machine import NspawnMachine
from components.render.machines.nspawn import mac_address, machine_identity, render_nspawn

SETTINGS = NspawnMachine.model_validate(
    {
        "machine_name": "lab-lb1",
        "image": "/images/bookworm",
        "state_dir": ".lab/lab/machines",
        "bridge_namespace": "lab-switch",
        "port": "sw-lb1",
        "addresses": ["198.18.0.11/24", "2001:2:0:1::11/64"],
    }
)


def test_the_create_script_as_reviewers_see_it(snapshot: SnapshotAssertion) -> None:
    assert render_nspawn(SETTINGS).create == snapshot


def test_the_delete_script_as_reviewers_see_it(snapshot: SnapshotAssertion) -> None:
    assert render_nspawn(SETTINGS).delete == snapshot


@pytest.mark.parametrize("name", ["create", "delete"])
def test_the_scripts_are_valid_shell(name: str) -> None:
    script = getattr(render_nspawn(SETTINGS), name)
    subprocess.run(["/bin/sh", "-n"], input=script, text=True, check=True)


def test_settings_travel_in_the_environment_alone() -> None:
    scripts = render_nspawn(SETTINGS)
    assert scripts.environment["MACHINE_ADDRESSES"] == "198.18.0.11/24 2001:2:0:1::11/64"
    for value in ("lab-lb1", "198.18.0.11", "lab-switch", "/images/bookworm"):
        assert value not in scripts.create + scripts.delete


def test_changed_addresses_keep_the_machine_and_a_changed_image_does_not() -> None:
    other = SETTINGS.model_copy(update={"addresses": SETTINGS.addresses[:1]})
    assert machine_identity(other) == machine_identity(SETTINGS)
    other = SETTINGS.model_copy(update={"image": "/images/trixie"})
    assert machine_identity(other) != machine_identity(SETTINGS)


def test_a_machine_of_the_same_name_keeps_its_mac_address() -> None:
    address = render_nspawn(SETTINGS).environment["MACHINE_MAC"]
    other = SETTINGS.model_copy(update={"image": "/images/trixie", "port": "sw-other"})
    assert render_nspawn(other).environment["MACHINE_MAC"] == address
    assert mac_address("lab-lb2") != address


def test_the_mac_address_is_unicast_and_locally_administered() -> None:
    octets = bytes.fromhex(mac_address("lab-lb1").replace(":", ""))
    assert len(octets) == 6
    assert octets[0] & 0b11 == 0b10
