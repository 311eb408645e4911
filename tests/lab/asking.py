"""Asks the control plane as a client would, and waits for conditions."""

import time
from collections.abc import Callable

import httpcore

from lab.control_plane.api import ControlPlaneClient, apiserver_url
from lab.state import Lab


def answer(lab: Lab, host: str, path: str = "/readyz", *, timeout_s: float = 1.0) -> int | None:
    """The status that the client gets from an apiserver, or from the `vip`; None without one."""
    client = ControlPlaneClient(lab, seen_from="client")
    try:
        return client.request("GET", apiserver_url(host, path), timeout_s=timeout_s)[0]
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        return None


def wait_until(what: str, condition: Callable[[], bool], *, timeout_s: float) -> None:
    """Raises AssertionError, naming `what`, when the condition does not come in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s:g} s"
        time.sleep(0.02)
