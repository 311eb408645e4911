"""Kubeconfig files. Each carries its certificates, so that a copy of it works elsewhere."""

import base64
import json
from pathlib import Path

from lab.hosts import APISERVER_PORT, CONTROL_PLANES, ipv4
from lab.records import write_atomically
from lab.state import Lab


def admin_kubeconfig(lab: Lab, host: str | None = None) -> Path:
    """The administrator's file, through the VIP or straight to one apiserver."""
    return lab.kubeconfig / ("admin.yaml" if host is None else f"admin-{host}.yaml")


def controller_manager_kubeconfig(lab: Lab, host: str) -> Path:
    return lab.kubeconfig / f"controller-manager-{host}.yaml"


def write_kubeconfigs(lab: Lab) -> None:
    """Writes all of them, readable by their owner alone."""
    _write(lab, admin_kubeconfig(lab), "admin", f"https://{ipv4('vip')}:{APISERVER_PORT}")
    for host in CONTROL_PLANES:
        server = f"https://{ipv4(host)}:{APISERVER_PORT}"
        _write(lab, admin_kubeconfig(lab, host), "admin", server)
        _write(lab, controller_manager_kubeconfig(lab, host), "controller-manager", server)


def _write(lab: Lab, path: Path, user: str, server: str) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": lab.name,
                "cluster": {"server": server, "certificate-authority-data": _data(lab, "ca.crt")},
            }
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _data(lab, f"{user}.crt"),
                    "client-key-data": _data(lab, f"{user}.key"),
                },
            }
        ],
        "contexts": [{"name": lab.name, "context": {"cluster": lab.name, "user": user}}],
        "current-context": lab.name,
    }
    write_atomically(path, json.dumps(config, indent=1) + "\n", mode=0o600)


def _data(lab: Lab, name: str) -> str:
    return base64.b64encode((lab.pki / name).read_bytes()).decode()
