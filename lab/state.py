"""The name of a lab and the places that belong to it.

A lab is a set of network namespaces, processes, mounts and cgroups that carry its name, and one
folder, `.lab/<name>/` in the checkout. Two labs with different names share nothing. A name is taken
on the whole machine: one checkout at a time has the lab of that name (lab/owner.py).
"""

import re
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DEFAULT_NAME = "lab"
NAMESPACE_FOLDER = Path("/run/netns")
"""Where iproute2 keeps named network namespaces (ip-netns(8))."""
RUN_FOLDER = Path("/run/k8s-ha-lb")
"""For every checkout on this machine; like namespaces and cgroups it is gone after a reboot."""

_NAME = re.compile(r"[a-z][a-z0-9]{0,7}")
_TAKEN = {"log"}
"""Other folders in `.lab`."""

_HOST = re.compile(r"switch|operator|client|servers|stranger|cp[0-9]+|lb[0-9]+")


class LabNameError(ValueError):
    """A lab name that could not be told apart from other names on this machine."""


@dataclass(frozen=True)
class Lab:
    """One lab by name. Making this object touches nothing."""

    name: str
    folder: Path

    @classmethod
    def named(cls, name: str = DEFAULT_NAME, *, under: Path | None = None) -> "Lab":
        """The lab called `name`, with its files in `<under>/<name>` (default: `.lab` here).

        Raises LabNameError unless the name is 1 to 8 lower-case letters and digits beginning with a
        letter: without a dash `<name>-` is never the beginning of another lab's namespace names.
        """
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise LabNameError(
                f"lab name {name!r}: must be 1 to 8 characters a-z and 0-9, beginning with a"
                " letter, without a dash and not 'log', for example 'lab' or 'demo2'"
            )
        return cls(name, (under or CHECKOUT / ".lab") / name)

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def ssh(self) -> Path:
        return self.folder / "ssh"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def run(self) -> Path:
        """Records of started processes, one file per process."""
        return self.folder / "run"

    @property
    def etcd(self) -> Path:
        return self.folder / "etcd"

    @property
    def machines(self) -> Path:
        """Owned by the nspawn machine driver, one folder per load-balancer machine."""
        return self.folder / "machines"

    @property
    def backend(self) -> Path:
        """Pulumi's file backend."""
        return self.folder / "backend"

    @property
    def faults(self) -> Path:
        """Records of active faults, one file per fault."""
        return self.folder / "faults"

    @property
    def run_folder(self) -> Path:
        """What the whole machine must know of the lab: its owner and its lock. Goes with `down`."""
        return RUN_FOLDER / self.name

    @property
    def lock(self) -> Path:
        return self.run_folder / "lock"

    def make_folders(self) -> None:
        """Makes the folders that hold secrets readable by their owner alone."""
        for folder in (self.folder, self.log, self.run, self.faults, self.machines):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.kubeconfig, self.ssh, self.etcd, self.backend):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def namespace(self, host: str) -> str:
        """The name of the host's network namespace."""
        return f"{self.name}-{host}"

    def namespace_path(self, host: str) -> Path:
        return NAMESPACE_FOLDER / self.namespace(host)

    def owns_namespace(self, namespace: str) -> bool:
        """Whether a namespace name is one that this lab would give to one of its hosts."""
        prefix, _, host = namespace.partition("-")
        return prefix == self.name and _HOST.fullmatch(host) is not None

    def owns_cgroup(self, cgroup: str) -> bool:
        """Whether a cgroup's own name (without the path) is one that this lab would give."""
        return cgroup.startswith(f"k8s-ha-lb-{self.name}-")

    def existing_namespaces(self) -> list[Path]:
        if not NAMESPACE_FOLDER.is_dir():
            return []
        return sorted(p for p in NAMESPACE_FOLDER.iterdir() if self.owns_namespace(p.name))
