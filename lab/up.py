"""Brings a lab up, step by step. Each step looks first and does nothing when nothing is missing."""

import os
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from components.render.host import settle_seconds
from lab.control_plane.start import ensure_control_plane
from lab.drill.node_drill import BOOT_S
from lab.drill.waiting import NeverHappenedError
from lab.endpoint import endpoint_of
from lab.fabric.build import ensure_fabric
from lab.faults import active_faults
from lab.faults.fault import forget
from lab.hosts import SWITCH
from lab.image import ensure_image
from lab.info import LabInfo, read_info, write_info
from lab.lock import changing
from lab.machines import machine_hosts, start_machine
from lab.owner import claim
from lab.parts import ensure_parts
from lab.parts.catalogue import DEFAULT_KUBERNETES, KUBERNETES_RELEASES
from lab.parts.system_packages import ensure_system_packages
from lab.ssh_key import ensure_ssh_key
from lab.stack import bring_up, recover
from lab.state import Lab
from lab.steps import Steps


class CannotStartError(RuntimeError):
    """This machine, or what was asked for, does not allow a lab."""


def bring_lab_up(
    lab: Lab, *, kubernetes: str | None, with_stack: bool, console: Console
) -> LabInfo:
    """Everything from the host's packages to `pulumi up`; returns what was decided.

    Done again it changes nothing. After a crash it goes on from what is there.
    Raises CannotStartError, LabBusyError, ForeignLabError when another checkout has the lab, or
    StepFailedError (the console has the details).
    """
    if os.geteuid() != 0:
        raise CannotStartError("a lab needs root (network namespaces, mounts): run it as root")
    version = _kubernetes(lab, kubernetes)
    with changing(lab, "up"):
        claim(lab)
        lab.make_folders()
        steps = Steps(console, lab.log)
        with steps.step("system packages", "system-packages") as show:
            ensure_system_packages(show)
        with steps.step(f"Pulumi engine and Kubernetes {version} binaries", "parts") as show:
            parts = ensure_parts(version, show)
        info = LabInfo(version, str(parts.kubectl), str(parts.pulumi))
        write_info(lab, info)
        with steps.step("machine image", "image") as show:
            _link(lab.folder / "image", ensure_image(show, steps.log("image")))
        with steps.step("network: switch, hosts, cables", "fabric"):
            _build_fabric(lab)
        with steps.step("etcd, three kube-apiservers, controller managers", "control-plane"):
            ensure_control_plane(lab, parts, version)
            ensure_ssh_key(lab)
        if with_stack:
            with steps.step("load-balancer machines that were off", "machines"):
                for host in machine_hosts(lab):
                    start_machine(lab, host)
            with steps.step("pulumi up", "pulumi-up") as show:
                log = steps.log("pulumi-up")
                recover(lab, parts, log=log)
                bring_up(lab, parts, log=log, show=show)
            with steps.step("wait for the expected holder of the VIPs", "vip-holder") as show:
                _settle(lab, show)
        console.print(f"[dim]lab {lab.name!r} is up after {steps.elapsed_s:.1f} s[/dim]")
    return info


def _settle(lab: Lab, show: Callable[[str], None]) -> None:
    """A machine that took over first hands the VIPs on after the preemption delay.

    Only says so when that does not happen in time: a fault may be active, and the endpoint answers.
    """
    target = endpoint_of(lab)
    try:
        target.wait_for_holder(
            target.expected_holder, BOOT_S + settle_seconds(target.load_balancer)
        )
    except NeverHappenedError as problem:
        show(str(problem))


def _build_fabric(lab: Lab) -> None:
    """A new switch has new cables: faults of the old ones are over."""
    if SWITCH in ensure_fabric(lab):
        for fault in active_faults(lab):
            forget(lab, fault)


def _kubernetes(lab: Lab, asked: str | None) -> str:
    """The version asked for, else the one the lab has, else the default.

    Raises CannotStartError when the lab already has another: etcd's data does not go back.
    """
    if asked is not None and asked not in KUBERNETES_RELEASES:
        raise CannotStartError(
            f"--kubernetes {asked}: the lab can run {', '.join(KUBERNETES_RELEASES)}; choose one"
        )
    info = read_info(lab)
    if info is None:
        return asked or DEFAULT_KUBERNETES
    if asked not in (None, info.kubernetes):
        raise CannotStartError(
            f"--kubernetes {asked}: lab {lab.name!r} runs {info.kubernetes}; 'hactl lab down'"
            " first, or choose another lab with --name"
        )
    return info.kubernetes


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)
