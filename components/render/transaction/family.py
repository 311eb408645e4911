"""What differs between distribution families: package names and package managers."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.model.node import OsFamily


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package by its name; a host that has `command` already does without it."""

    name: str
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class HostFamily:
    """A distribution family: what `/etc/os-release` calls it and what its packages are called.

    `template` defines the shell functions package_version, installed_packages, present_packages,
    install_packages, remove_packages, is_needed, adapt_host and restore_host. What adapt_host
    changes it records, and restore_host undoes what is recorded and calls `leave` for the rest.
    """

    name: OsFamily
    os_ids: tuple[str, ...]
    packages: Mapping[str, tuple[Package, ...]]
    template: str

    def packages_for(self, roles: tuple[str, ...]) -> tuple[Package, ...]:
        """The packages of these roles and of the transaction's own tools, each once.

        Raises ValueError for a role that the family does not know.
        """
        packages: dict[str, Package] = {}
        for role in (*roles, *TRANSACTION_ROLES):
            if role not in self.packages:
                known = ", ".join(sorted(self.packages))
                raise ValueError(
                    f"packages has {role}: family {self.name} knows {known};"
                    " add the role to components/render/transaction/family.py"
                )
            packages.update({package.name: package for package in self.packages[role]})
        return tuple(packages.values())


TRANSACTION_ROLES = ("curl", "arping")
"""What the transaction itself verifies with."""

_DEBIAN = HostFamily(
    name=OsFamily.DEBIAN,
    os_ids=("debian", "ubuntu"),
    packages={
        "haproxy": (Package(name="haproxy"),),
        "keepalived": (Package(name="keepalived"),),
        "nginx": (Package(name="nginx"), Package(name="libnginx-mod-stream")),
        "curl": (Package(name="curl", command="curl"),),
        "arping": (Package(name="iputils-arping", command="arping"),),
    },
    template="family/debian.sh.j2",
)

_RHEL = HostFamily(
    name=OsFamily.RHEL,
    os_ids=("rhel", "fedora", "centos"),
    packages={
        "haproxy": (
            Package(name="haproxy"),
            Package(name="policycoreutils-python-utils", command="semanage"),
        ),
        "keepalived": (Package(name="keepalived"),),
        "nginx": (
            Package(name="nginx"),
            Package(name="nginx-mod-stream"),
            Package(name="policycoreutils-python-utils", command="semanage"),
        ),
        "curl": (Package(name="curl", command="curl"),),
        "arping": (Package(name="iputils", command="arping"),),
    },
    template="family/rhel.sh.j2",
)

FAMILIES: Mapping[OsFamily, HostFamily] = {family.name: family for family in (_DEBIAN, _RHEL)}
