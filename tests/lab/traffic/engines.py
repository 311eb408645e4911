"""How each engine is started and told to reload: what its systemd unit does on a host."""

import re
import signal
from dataclasses import dataclass

from components.render.layout import CURRENT
from components.render.plan import HostPlan, ServicePlan

NGINX_CONF = f"{CURRENT}/nginx/nginx.conf"


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A command in the foreground, its environment, and how its master is told to reload."""

    program: str
    argv: tuple[str, ...]
    environment: dict[str, str]
    before_reload: tuple[str, ...]
    """Shell scripts of the unit that come before the signal, which may fail."""
    reload_signal: signal.Signals


def engine_service(plan: HostPlan) -> ServicePlan:
    """The service of the plan that serves traffic."""
    return next(service for service in plan.services if service.name != "keepalived")


def launch(plan: HostPlan) -> Launch:
    """How the plan's engine is started. Raises KeyError for an engine that is not known here."""
    service = engine_service(plan)
    drop_in = next(f.content for f in plan.files if f.path == service.drop_in)
    make = {"haproxy": _haproxy, "nginx": _nginx}[service.name]
    return make(_environment(drop_in), _before_reload(drop_in))


def _haproxy(environment: dict[str, str], before_reload: tuple[str, ...]) -> Launch:
    """As Debian's haproxy.service, whose CONFIG may name several files."""
    files = environment.pop("CONFIG").split()
    return Launch(
        program="haproxy",
        argv=("haproxy", "-W", "-f", *files, "-S", "/run/haproxy-master.sock"),
        environment=environment,
        before_reload=before_reload,
        reload_signal=signal.SIGUSR2,
    )


def _nginx(_: dict[str, str], before_reload: tuple[str, ...]) -> Launch:
    return Launch(
        program="nginx",
        argv=("nginx", "-c", NGINX_CONF, "-g", "daemon off;"),
        environment={},
        before_reload=before_reload,
        reload_signal=signal.SIGHUP,
    )


def _environment(drop_in: str) -> dict[str, str]:
    """The variables of a systemd drop-in, each on a line of its own in double quotes."""
    return dict(re.findall(r'^Environment="(\w+)=(.*)"$', drop_in, flags=re.MULTILINE))


def _before_reload(drop_in: str) -> tuple[str, ...]:
    """Shell scripts of `ExecReload=-`."""
    return tuple(re.findall(r"^ExecReload=-/bin/sh (.*)$", drop_in, flags=re.MULTILINE))
