"""Starts the control plane: etcd, three kube-apiservers, three controller managers."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lab.control_plane.kubeconfigs import write_kubeconfigs
from lab.control_plane.nodes import ensure_nodes
from lab.control_plane.pki import ensure_pki
from lab.control_plane.programs import (
    Binaries,
    apiserver_command,
    apiserver_name,
    controller_manager_command,
    controller_manager_name,
    etcd_command,
)
from lab.control_plane.readiness import (
    apiserver_is_ready,
    controller_manager_leads,
    etcd_is_ready,
    wait_for,
)
from lab.hosts import CONTROL_PLANES
from lab.records import Record, all_records, read_record, record_path, start, stop
from lab.state import Lab

ETCD_READY_S = 30.0
APISERVER_READY_S = 120.0
LEADER_S = 60.0
"""Give-up times in seconds, for a machine that builds other things at the same time. An idle one
needs 0.3, 4 and 3."""


def ensure_control_plane(lab: Lab, binaries: Binaries, kubernetes: str) -> list[str]:
    """Starts what does not run and waits until all of it is ready; returns what it started.

    A process whose command has changed (another version) is started anew. When the certificates
    had to be made anew, everything is, with an empty etcd: nothing the old authority signed holds.
    Raises DiedError (with the log of the process that ended), NotReadyError or ApiRefusedError.
    """
    if ensure_pki(lab):
        _forget(lab)
    write_kubeconfigs(lab)
    started: list[str] = []
    etcd = _ensure(lab, "etcd", etcd_command(lab, binaries), started)
    wait_for("etcd", lambda: etcd_is_ready(lab), etcd, timeout_s=ETCD_READY_S)
    first, *others = CONTROL_PLANES
    _ensure_apiservers(lab, binaries, [first], started)
    _ensure_apiservers(lab, binaries, others, started)
    managers = [
        _ensure(
            lab,
            controller_manager_name(host),
            controller_manager_command(lab, binaries, host, kubernetes),
            started,
        )
        for host in CONTROL_PLANES
    ]
    if started:
        ensure_nodes(lab)
    wait_for(
        "a leader among the controller managers",
        lambda: controller_manager_leads(lab),
        managers[0],
        timeout_s=LEADER_S,
    )
    return started


def _ensure_apiservers(
    lab: Lab, binaries: Binaries, hosts: Sequence[str], started: list[str]
) -> None:
    """Starts these together and waits for all.

    The first is started alone, as kubeadm does it: of three that fill an empty etcd at the same
    time, one was seen to give up after a minute ("unable to perform initial IP and Port allocation
    check"), once in fifteen starts.
    """
    records = {
        host: _ensure(lab, apiserver_name(host), apiserver_command(lab, binaries, host), started)
        for host in hosts
    }
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda host: wait_for_apiserver(lab, host, records[host]), records))


def wait_for_apiserver(lab: Lab, host: str, record: Record) -> None:
    wait_for(
        f"kube-apiserver on {host}",
        lambda: apiserver_is_ready(lab, host),
        record,
        timeout_s=APISERVER_READY_S,
    )


def _ensure(lab: Lab, name: str, command: Sequence[str], started: list[str]) -> Record:
    record = read_record(lab, name)
    if record is not None and record.running:
        if record.argv == tuple(command):
            return record
        stop(record, grace_s=20)
    started.append(name)
    return start(lab, name, command)


def _forget(lab: Lab) -> None:
    for record in all_records(lab):
        stop(record, grace_s=0)
        record_path(lab, record.name).unlink()
    shutil.rmtree(lab.etcd, ignore_errors=True)
    lab.etcd.mkdir(mode=0o700)
