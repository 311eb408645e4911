"""What an engine contributes to the plan of a host: the same for every engine."""

from dataclasses import dataclass

from components.render.plan import ManagedFile, ServicePlan


@dataclass(frozen=True, kw_only=True)
class EnginePlan:
    """Files, service and packages of the engine on one node."""

    files: tuple[ManagedFile, ...]
    """Everything public that the engine reads, and its systemd drop-in."""
    revision: str
    """What the running engine tells at `/revision`: a digest of its public files."""
    service: ServicePlan
    packages: tuple[str, ...]
    """Package roles, as in `HostPlan.packages`."""
    secrets_link: str
    """Release path of the link to the host's secret files, as the engine reads them."""
    secrets_pin: ManagedFile | None = None
    """As in `HostPlan`."""
    engine_readable_secrets: tuple[str, ...] = ()
    """As in `HostPlan`."""
    engine_group: str = ""
    """As in `HostPlan`."""
