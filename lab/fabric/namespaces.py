"""Named network namespaces: what is in them, and how to run something inside."""

import ctypes
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.commands import run
from lab.state import Lab

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def inside(lab: Lab, host: str, argv: Sequence[str]) -> list[str]:
    """`argv`, run in the host's network namespace.

    Not `ip netns exec`, which remounts /sys (systemd-nspawn and others then miss the cgroups).
    """
    return ["nsenter", f"--net={lab.namespace_path(host)}", *argv]


def with_host_name(host: str, argv: Sequence[str]) -> list[str]:
    """`argv` with a host name of its own, so that three apiservers are three identities."""
    return ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', host, *argv]


def ip(lab: Lab, host: str, *arguments: str) -> str:
    return run(["ip", "-n", lab.namespace(host), *arguments])


def ip_batch(lab: Lab, host: str, batch: str) -> None:
    run(["ip", "-n", lab.namespace(host), "-batch", "-"], text_in=batch)


def links(lab: Lab, host: str) -> dict[str, dict[str, Any]]:
    """Interfaces with their addresses by name; empty when the namespace does not exist."""
    if not exists(lab, host):
        return {}
    found: list[dict[str, Any]] = json.loads(ip(lab, host, "-json", "address", "show"))
    return {link["ifname"]: link for link in found if "ifname" in link}


def addresses_on(link: Mapping[str, Any]) -> set[str]:
    return {entry["local"] for entry in link.get("addr_info", []) if "local" in entry}


def exists(lab: Lab, host: str) -> bool:
    """Whether the name stands for a namespace and is not an empty file left by a crash."""
    return is_namespace(lab.namespace_path(host))


def is_namespace(path: Path) -> bool:
    try:
        return path.stat().st_dev == Path("/proc/self/ns/net").stat().st_dev
    except OSError:
        return False


def set_kernel_settings(lab: Lab, host: str, settings: Mapping[str, str]) -> None:
    """Sets those that exist here: bridge-nf-call-* is missing on kernels without br_netfilter."""
    with entered(lab.namespace_path(host)):
        for key, value in settings.items():
            path = Path("/proc/sys") / key.replace(".", "/")
            if path.exists() or not key.startswith("net.bridge."):
                path.write_text(value)


@contextmanager
def entered(namespace: Path) -> Iterator[None]:
    """This thread alone is inside the namespace; sockets made meanwhile stay there.

    Raises OSError when the namespace does not exist or this process may not enter it.
    """
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        target = os.open(namespace, os.O_RDONLY)
        try:
            _set_network_namespace(target)
        finally:
            os.close(target)
        try:
            yield
        finally:
            _set_network_namespace(own)
    finally:
        os.close(own)


def _set_network_namespace(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")
