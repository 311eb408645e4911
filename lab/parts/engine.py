"""The Pulumi engine with its Python language host and the `command` plugin."""

import os
import re
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from lab.parts import catalogue, go_build, stand_in_home
from lab.parts.binaries import DOWNLOAD_ROUTE, Found
from lab.parts.cache import Stamp, cached, fill, lock
from lab.parts.errors import PartError
from lab.parts.network import Network, RefusedError
from lab.parts.steps import Progress, first_line_of, run_step

PLUGIN = f"resource-command-v{catalogue.COMMAND_PLUGIN_VERSION}"
STAND_IN_ROUTE = "stand-in of this project (lab/stand_ins): the official one cannot be had here"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A `pulumi` command that can run this project's programs."""

    pulumi: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    """Extra variables, only when a stand-in plugin is in use."""
    routes: dict[str, str]


def pulumi_on_path() -> Found | None:
    """The operator's `pulumi` when it is new enough and has its Python language host."""
    path = shutil.which("pulumi")
    if path is None:
        return None
    version = re.match(r"v(\d+)\.(\d+)\.(\d+)", first_line_of([path, "version"]))
    if version is None or tuple(map(int, version.groups())) < catalogue.PULUMI_MINIMUM:
        return None
    beside = Path(path).resolve().with_name("pulumi-language-python")
    if not beside.exists() and shutil.which("pulumi-language-python") is None:
        return None
    return Found(path=Path(path), version=version[0].lstrip("v"), route="already on PATH")


def official_plugin() -> Path | None:
    """The installed official `command` plugin, in the operator's own PULUMI_HOME."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    path = home / "plugins" / PLUGIN / "pulumi-resource-command"
    return path if path.exists() else None


def cache_keys(machine: catalogue.Platform) -> dict[str, str]:
    """Cache keys by route; the built one changes with every pinned module."""
    base = f"pulumi/v{catalogue.PULUMI_VERSION}-{machine.pulumi}"
    built = go_build.engine_build(catalogue.PULUMI_VERSION).content_hash
    return {DOWNLOAD_ROUTE: base, go_build.ROUTE: f"{base}-{built}"}


def ensure_engine(network: Network, progress: Progress) -> Engine:
    """An engine by the first route that has one: PATH, official download, built from source.

    A built engine is used only while the official one cannot be had. Raises `PartError`.
    """
    machine = catalogue.this_platform()
    found = pulumi_on_path() or _official(machine, network, progress)
    routes: dict[str, str] = {}
    if found is None:
        built = _built(machine, progress)
        found = Found(
            path=stand_in_home.place_engine(built),
            version=catalogue.PULUMI_VERSION,
            route=go_build.ROUTE,
        )
        routes["pulumi-language-python"] = STAND_IN_ROUTE
    else:
        routes["pulumi-language-python"] = found.route
    plugin_route, environment = _plugin(found.path, machine, network, progress)
    return Engine(
        pulumi=found.path,
        environment=environment,
        routes={"pulumi": found.route, **routes, "pulumi-resource-command": plugin_route},
    )


def _official(machine: catalogue.Platform, network: Network, progress: Progress) -> Found | None:
    key = cache_keys(machine)[DOWNLOAD_ROUTE]
    with lock("pulumi-download"):
        hit = cached(key)
        if hit is None:
            try:
                folder = fill(
                    key,
                    Stamp(route=DOWNLOAD_ROUTE, source=catalogue.pulumi_download(machine).url),
                    lambda target: _download(target, machine, network),
                )
            except RefusedError:
                return None
            progress(f"pulumi v{catalogue.PULUMI_VERSION}: downloaded and checked")
        else:
            folder = hit[0]
    return Found(path=folder / "pulumi", version=catalogue.PULUMI_VERSION, route=DOWNLOAD_ROUTE)


def _download(folder: Path, machine: catalogue.Platform, network: Network) -> None:
    archive = folder / "pulumi.tar.gz"
    network.fetch("pulumi", catalogue.pulumi_download(machine), archive)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()
    for path in (folder / "pulumi").rename(folder / "unpacked").iterdir():
        path.rename(folder / path.name)
    (folder / "unpacked").rmdir()


def _built(machine: catalogue.Platform, progress: Progress) -> Path:
    key = cache_keys(machine)[go_build.ROUTE]
    with lock("pulumi-build"):
        hit = cached(key)
        if hit is not None:
            return hit[0] / "pulumi"
        build = go_build.engine_build(catalogue.PULUMI_VERSION)
        stamp = Stamp(route=go_build.ROUTE, source=f"lab/parts/go/{build.module}")
        return fill(key, stamp, lambda folder: build.build("pulumi", folder, progress)) / "pulumi"


def _plugin(
    pulumi: Path, machine: catalogue.Platform, network: Network, progress: Progress
) -> tuple[str, dict[str, str]]:
    if official_plugin() is not None:
        return "official, installed", {}
    if network.reaches(catalogue.command_plugin_url(machine)):
        command = [str(pulumi), "plugin", "install", "resource", "command"]
        try:
            run_step(
                "pulumi-resource-command",
                [*command, catalogue.COMMAND_PLUGIN_VERSION],
                what=f"installing the official command plugin {catalogue.COMMAND_PLUGIN_VERSION}",
                fix="see the log",
                progress=progress,
            )
        except PartError as problem:
            progress(f"the official command plugin could not be installed: {problem.problem}")
        else:
            return "official, installed by the engine", {}
    home = stand_in_home.place_command_plugin(PLUGIN)
    progress(f"pulumi-resource-command: {STAND_IN_ROUTE}")
    return STAND_IN_ROUTE, {"PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
