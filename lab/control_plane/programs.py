"""The command line of every process of the control plane. Pure: nothing here runs anything."""

from pathlib import Path
from typing import Protocol

from lab.control_plane.api import etcd_url
from lab.control_plane.kubeconfigs import controller_manager_kubeconfig
from lab.fabric.namespaces import inside, with_host_name
from lab.hosts import APISERVER_PORT, SERVICE_NETWORK4, SWITCH, ipv4
from lab.state import Lab

SHUTDOWN_DELAY_S = 8
"""After SIGTERM: /readyz answers 500 at once, everything else is served for this long."""

REQUEST_TIMEOUT_S = 15
"""How long one that shuts down waits for watches that nobody closes. Kubernetes' own 60 s would be
most of the time of a restart; no other request of the lab takes a second."""


class Binaries(Protocol):
    """Where the programs are."""

    @property
    def etcd(self) -> Path: ...
    @property
    def kube_apiserver(self) -> Path: ...
    @property
    def kube_controller_manager(self) -> Path: ...
    @property
    def kubectl(self) -> Path: ...


def apiserver_name(host: str) -> str:
    """The name of the host's apiserver among the lab's processes."""
    return f"kube-apiserver-{host}"


def controller_manager_name(host: str) -> str:
    return f"kube-controller-manager-{host}"


def etcd_command(lab: Lab, binaries: Binaries) -> list[str]:
    """One etcd, in the switch's namespace, where all apiservers reach it.

    Without fsync: what a crash of the machine would lose is the lab itself, and other people's
    writes to the disk do not disturb what is measured. A kill -9 loses nothing.
    """
    peer = f"http://{ipv4(SWITCH)}:2380"
    return inside(
        lab,
        SWITCH,
        [
            str(binaries.etcd),
            "--name=lab",
            f"--data-dir={lab.etcd}",
            f"--listen-client-urls={etcd_url()}",
            f"--advertise-client-urls={etcd_url()}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=lab={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ],
    )


def apiserver_command(lab: Lab, binaries: Binaries, host: str) -> list[str]:
    """A kube-apiserver as kubeadm would run it, reachable over both address families."""
    return inside(
        lab,
        host,
        with_host_name(
            host,
            [
                str(binaries.kube_apiserver),
                "--bind-address=::",
                f"--secure-port={APISERVER_PORT}",
                f"--advertise-address={ipv4(host)}",
                f"--etcd-servers={etcd_url()}",
                f"--service-cluster-ip-range={SERVICE_NETWORK4}",
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                f"--client-ca-file={lab.pki / 'ca.crt'}",
                f"--tls-cert-file={lab.pki / f'{host}.crt'}",
                f"--tls-private-key-file={lab.pki / f'{host}.key'}",
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                f"--service-account-key-file={lab.pki / 'service-account.pub'}",
                f"--service-account-signing-key-file={lab.pki / 'service-account.key'}",
                f"--shutdown-delay-duration={SHUTDOWN_DELAY_S}s",
                f"--request-timeout={REQUEST_TIMEOUT_S}s",
            ],
        ),
    )


def controller_manager_command(
    lab: Lab, binaries: Binaries, host: str, kubernetes: str
) -> list[str]:
    """One of several controller managers; the one that holds the lease works.

    It ends when it loses the lease, as it does when its apiserver is hit by a fault. Elsewhere the
    kubelet starts it again; here a loop does. The controller that watches node heartbeats is off:
    the lab's nodes have no kubelet to send any. It was renamed in Kubernetes 1.28, and until 1.23
    there was an insecure port to be switched off.
    """
    kubeconfig = controller_manager_kubeconfig(lab, host)
    old = kubernetes == "1.21"
    return inside(
        lab,
        host,
        with_host_name(
            host,
            [
                *("sh", "-c", 'while :; do "$@"; sleep 1; done', "restart"),
                str(binaries.kube_controller_manager),
                f"--kubeconfig={kubeconfig}",
                f"--authentication-kubeconfig={kubeconfig}",
                f"--authorization-kubeconfig={kubeconfig}",
                "--leader-elect=true",
                "--use-service-account-credentials=true",
                f"--service-account-private-key-file={lab.pki / 'service-account.key'}",
                f"--root-ca-file={lab.pki / 'ca.crt'}",
                f"--cluster-signing-cert-file={lab.pki / 'ca.crt'}",
                f"--cluster-signing-key-file={lab.pki / 'ca.key'}",
                f"--controllers=*,-{'nodelifecycle' if old else 'node-lifecycle-controller'}",
                "--bind-address=127.0.0.1",
                *(["--port=0"] if old else []),
            ],
        ),
    )
