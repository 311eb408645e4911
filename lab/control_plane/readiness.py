"""Waits for parts of the control plane by asking them, never by sleeping a fixed time."""

import json
import time
from collections.abc import Callable

import httpcore

from lab.control_plane.api import ControlPlaneClient, apiserver_url, etcd_url
from lab.hosts import CONTROL_PLANES, SWITCH
from lab.records import Record
from lab.state import Lab

POLL_S = 0.05


class NotReadyError(RuntimeError):
    """A part of the control plane did not become ready in time."""


def wait_for(what: str, ready: Callable[[], bool], record: Record, *, timeout_s: float) -> None:
    """Waits until `ready()`. No answer counts as not ready.

    Raises DiedError when the process behind `record` ends, NotReadyError after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if ready():
                return
        except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
            pass
        record.require_running()
        if time.monotonic() > deadline:
            raise NotReadyError(f"{what} is not ready after {timeout_s:g} s; see {record.log}")
        time.sleep(POLL_S)


def etcd_is_ready(lab: Lab) -> bool:
    status, content = ControlPlaneClient(lab, seen_from=SWITCH).request("GET", etcd_url("/health"))
    return status == 200 and json.loads(content).get("health") in ("true", True)


def apiserver_is_ready(lab: Lab, host: str, *, timeout_s: float = 2.0) -> bool:
    """Whether /readyz answers 200 when asked from the switch, with its certificate verified."""
    client = ControlPlaneClient(lab, seen_from=SWITCH)
    status, _ = client.request("GET", apiserver_url(host, "/readyz"), timeout_s=timeout_s)
    return status == 200


def controller_manager_leads(lab: Lab) -> bool:
    """Whether one of the controller managers holds the lease."""
    client = ControlPlaneClient(lab, seen_from=SWITCH, as_admin=True)
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager"
    for host in CONTROL_PLANES:
        try:
            status, content = client.request("GET", apiserver_url(host, path))
        except (httpcore.NetworkError, httpcore.TimeoutException):
            continue
        return status == 200 and bool(json.loads(content)["spec"].get("holderIdentity"))
    return False
