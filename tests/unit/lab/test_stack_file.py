"""The settings file of a lab that is not the default one."""

import yaml

from lab.stack_file import COMMITTED, rename, stack_file
from lab.state import Lab


def test_the_default_lab_uses_the_committed_file() -> None:
    assert stack_file(Lab.named("lab")) == COMMITTED


def test_folders_namespaces_and_machines_get_the_labs_name() -> None:
    settings = {
        "bridgeNamespace": "lab-switch",
        "machineName": "lab-lb1",
        "stateDir": ".lab/lab/machines",
        "image": "./.lab/lab/image",
        "bridge": "lab0",
        "addresses": ["198.18.0.11/24"],
        "priority": 150,
    }
    assert rename(settings, "demo") == {
        "bridgeNamespace": "demo-switch",
        "machineName": "demo-lb1",
        "stateDir": ".lab/demo/machines",
        "image": ".lab/demo/image",
        "bridge": "lab0",
        "addresses": ["198.18.0.11/24"],
        "priority": 150,
    }


def test_nothing_in_the_committed_file_still_names_the_default_lab_after_renaming() -> None:
    committed = yaml.safe_load(COMMITTED.read_text())
    text = yaml.safe_dump(rename(committed, "demo"))
    assert ".lab/lab" not in text
    assert "lab-" not in text.replace("k8s-ha-lb", "")
    assert text.count("demo") == COMMITTED.read_text().count("lab/lab") + sum(
        COMMITTED.read_text().count(f" lab-{host}") for host in ("switch", "lb1", "lb2")
    )
