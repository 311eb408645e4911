"""Node objects for the control-plane hosts. No kubelet runs; the lab vouches for them."""

import datetime as dt
import json
from typing import Any

from lab.control_plane.api import ControlPlaneClient, apiserver_url
from lab.hosts import CONTROL_PLANES, SWITCH, ipv4, ipv6
from lab.state import Lab


class ApiRefusedError(RuntimeError):
    """The apiserver answered a request of the lab with an error."""


def ensure_nodes(lab: Lab) -> None:
    """Makes one Ready node per control-plane host. Raises ApiRefusedError on another answer."""
    client = ControlPlaneClient(lab, seen_from=SWITCH, as_admin=True)
    for host in CONTROL_PLANES:
        _request(client, "POST", "/api/v1/nodes", node(host), accept=(201, 409))
        _request(client, "PATCH", f"/api/v1/nodes/{host}", {"spec": {"taints": None}})
        status = {"status": node(host)["status"]}
        _request(client, "PATCH", f"/api/v1/nodes/{host}/status", status)


def node(host: str) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": host,
            "labels": {
                "kubernetes.io/hostname": host,
                "node-role.kubernetes.io/control-plane": "",
            },
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": str(ipv4(host))},
                {"type": "InternalIP", "address": str(ipv6(host))},
                {"type": "Hostname", "address": host},
            ],
            "nodeInfo": {
                "kubeletVersion": "no-kubelet",
                "osImage": "k8s-ha-lb lab",
                "architecture": "",
                "bootID": "",
                "containerRuntimeVersion": "",
                "kernelVersion": "",
                "kubeProxyVersion": "",
                "machineID": "",
                "operatingSystem": "linux",
                "systemUUID": "",
            },
            "conditions": [
                {
                    "type": "Ready",
                    "status": "True",
                    "reason": "VouchedForByTheLab",
                    "message": "no kubelet runs on this node",
                    "lastHeartbeatTime": now,
                    "lastTransitionTime": now,
                }
            ],
        },
    }


def _request(
    client: ControlPlaneClient,
    method: str,
    path: str,
    body: dict[str, Any],
    *,
    accept: tuple[int, ...] = (200,),
) -> None:
    status, content = client.request(method, apiserver_url(CONTROL_PLANES[0], path), body)
    if status not in accept:
        said = json.loads(content).get("message", "") if content[:1] == b"{" else content[:200]
        raise ApiRefusedError(f"{method} {path}: {status}: {said}")
