"""Every fault of a kube-apiserver hits it alone, and heals."""

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab.control_plane.api import ControlPlaneClient, apiserver_url
from lab.control_plane.programs import SHUTDOWN_DELAY_S, apiserver_name
from lab.fabric.namespaces import inside
from lab.faults import ActiveFault, active_faults, apply_fault, heal_all, heal_fault
from lab.hosts import ipv4
from lab.records import read_record
from lab.state import Lab
from tests.lab.asking import answer, wait_until

SILENT = {"kill": None, "freeze": None, "cut-link": None, "partition": None, "answer-500": 500}


@pytest.mark.parametrize("kind", SILENT)
def test_a_fault_hits_its_apiserver_alone_and_heals(control_plane: Lab, kind: str) -> None:
    lab, fault = control_plane, ActiveFault(kind, "cp2")
    try:
        for _ in ("first", "again"):
            apply_fault(lab, kind, "cp2")
            assert answer(lab, "cp2") == SILENT[kind]
            assert [answer(lab, host) for host in ("cp1", "cp3")] == [200, 200]
            assert active_faults(lab) == [fault]
    finally:
        for _ in ("first", "again"):
            heal_fault(lab, kind, "cp2")
    wait_until("cp2 is ready again", lambda: answer(lab, "cp2") == 200, timeout_s=10)
    assert active_faults(lab) == []


def test_packet_loss_loses_some_frames_and_healing_ends_it(control_plane: Lab) -> None:
    lab, pings = control_plane, 200

    def answered() -> int:
        argv = ["ping", "-q", "-c", str(pings), "-i", "0.005", "-W", "1", str(ipv4("cp2"))]
        asked = subprocess.run(
            inside(lab, "client", argv), capture_output=True, text=True, check=False
        )
        found = re.search(r"(\d+) received", asked.stdout)
        assert found, asked.stdout + asked.stderr
        return int(found[1])

    try:
        for _ in ("first", "again"):
            apply_fault(lab, "packet-loss", "cp2")
        # Eight in ten of the questions arrive, and of those eight in ten of the answers.
        assert 0.4 * pings < answered() < 0.9 * pings
    finally:
        for _ in ("first", "again"):
            heal_fault(lab, "packet-loss", "cp2")
    assert answered() == pings
    assert active_faults(lab) == []


def test_healing_all_heals_each_active_fault(control_plane: Lab) -> None:
    lab = control_plane
    apply_fault(lab, "freeze", "cp1")
    apply_fault(lab, "cut-link", "cp3")
    assert heal_all(lab) == [ActiveFault("cut-link", "cp3"), ActiveFault("freeze", "cp1")]
    for host in ("cp1", "cp2", "cp3"):
        wait_until(f"{host} is ready", lambda h=host: answer(lab, h) == 200, timeout_s=10)


def test_a_graceful_restart_serves_while_readyz_fails_and_leaves_no_fault(
    control_plane: Lab,
) -> None:
    lab = control_plane
    before = read_record(lab, apiserver_name("cp3"))
    with ThreadPoolExecutor() as pool:
        restart = pool.submit(apply_fault, lab, "restart-gracefully", "cp3")
        wait_until("readyz fails", lambda: answer(lab, "cp3") == 500, timeout_s=SHUTDOWN_DELAY_S)
        assert answer(lab, "cp3", "/version") == 200
        restart.result()
    after = read_record(lab, apiserver_name("cp3"))
    assert before is not None
    assert after is not None
    assert after.running
    assert after.process != before.process
    assert answer(lab, "cp3") == 200
    assert active_faults(lab) == []


def test_three_apiservers_are_one_cluster_of_three_ready_nodes(control_plane: Lab) -> None:
    client = ControlPlaneClient(control_plane, seen_from="client", as_admin=True)
    for host in ("cp1", "cp2", "cp3"):
        status, content = client.request("GET", apiserver_url(host, "/api/v1/nodes"))
        assert status == 200
        ready = {
            node["metadata"]["name"]: condition["status"]
            for node in json.loads(content)["items"]
            for condition in node["status"]["conditions"]
            if condition["type"] == "Ready"
        }
        assert ready == {"cp1": "True", "cp2": "True", "cp3": "True"}
