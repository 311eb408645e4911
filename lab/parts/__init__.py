"""Where the Pulumi engine and the Kubernetes binaries come from.

Per part, the first of: already on PATH, the official download with its published checksum, built
from pinned Go modules (for closed networks, where only language package registries are reachable).
Parts are cached per version outside the checkout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.parts.binaries import binary_sets
from lab.parts.catalogue import DEFAULT_KUBERNETES, this_platform
from lab.parts.engine import Engine
from lab.parts.engine import ensure_engine as _ensure_engine
from lab.parts.errors import PartError
from lab.parts.network import Network
from lab.parts.steps import Progress, quiet

__all__ = ["Engine", "PartError", "Parts", "Progress", "ensure_engine", "ensure_parts"]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Every binary the lab runs, and by which route it came."""

    pulumi: Path
    pulumi_environment: dict[str, str]
    """Extra variables for `pulumi`; empty unless a stand-in plugin is in use."""
    kubectl: Path
    kube_apiserver: Path
    kube_controller_manager: Path
    etcd: Path
    routes: Mapping[str, str]


def ensure_engine(progress: Progress = quiet) -> Engine:
    """The Pulumi engine alone, for programs and tests that need no Kubernetes."""
    return _ensure_engine(Network(), progress)


def ensure_parts(kubernetes: str = DEFAULT_KUBERNETES, progress: Progress = quiet) -> Parts:
    """Every part for a lab of that Kubernetes minor version, fetched or built when missing.

    Guarantees exact Kubernetes versions and verified downloads. Takes under a second when
    everything is cached, and about ten minutes on 2 cores when everything must be built. Raises
    `PartError`, whose message names the part, the command, the log file and the fix.
    """
    machine = this_platform()
    network = Network()
    sets = binary_sets(kubernetes)
    engine = _ensure_engine(network, progress)
    found = {k: v for each in sets for k, v in each.ensure(machine, network, progress).items()}
    return Parts(
        pulumi=engine.pulumi,
        pulumi_environment=engine.environment,
        kubectl=found["kubectl"].path,
        kube_apiserver=found["kube-apiserver"].path,
        kube_controller_manager=found["kube-controller-manager"].path,
        etcd=found["etcd"].path,
        routes={**engine.routes, **{name: part.route for name, part in found.items()}},
    )
