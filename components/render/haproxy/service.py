"""HAProxy as a service of a host."""

from components.model.load_balancer import LoadBalancer
from components.model.node import Node
from components.render.engine_plan import EnginePlan
from components.render.environment import render_template
from components.render.haproxy.configuration import render_haproxy
from components.render.layout import (
    ADMIN_SOCKET,
    CURRENT,
    ENGINE_FOLDER,
    HAPROXY_CFG,
    HAPROXY_DROP_IN,
    HAPROXY_SAVE_STATE,
    HAPROXY_SECRETS,
    HAPROXY_SERVERS,
    HAPROXY_USERLIST,
    SERVER_STATE,
    TRACK_FILE,
)
from components.render.plan import ManagedFile, ServicePlan


def haproxy_plan(lb: LoadBalancer, node: Node) -> EnginePlan:
    """HAProxy on `node`: the distribution's unit with a drop-in, its own files untouched."""
    files, revision = render_haproxy(lb, node)
    drop_in = ManagedFile(
        path=HAPROXY_DROP_IN,
        content=render_template(
            "systemd/haproxy.conf.j2",
            config=_config_arguments(lb, CURRENT).removeprefix("-f "),
            folder_variable=ENGINE_FOLDER,
            folder=f"{CURRENT}/haproxy",
            file_limit=node.file_limit,
            track_file=TRACK_FILE,
            server_state=SERVER_STATE,
            save_state=f"{CURRENT}/{HAPROXY_SAVE_STATE}",
        ),
    )
    return EnginePlan(
        files=(*files, *_state_files(lb), drop_in),
        revision=revision,
        service=ServicePlan(
            name="haproxy",
            files=tuple(f.path for f in files),
            drop_in=HAPROXY_DROP_IN,
            validate=f"{ENGINE_FOLDER}={{release}}/haproxy"
            f" haproxy -c {_config_arguments(lb, '{release}')}",
        ),
        packages=("haproxy",),
        secrets_link=HAPROXY_SECRETS,
    )


def _state_files(lb: LoadBalancer) -> tuple[ManagedFile, ...]:
    """What a reload runs to keep the state of servers, and which may keep theirs.

    Those that are not checked may not: nothing would ever bring one of them up again.
    """
    checked = (pool for pool in lb.pools if pool.health_check is not None)
    servers = (f"{p.name} {b.name} {b.address} {b.port}\n" for p in checked for b in p.backends)
    script = render_template(
        "haproxy/save-state.sh.j2", server_state=SERVER_STATE, admin_socket=ADMIN_SOCKET
    )
    return (
        ManagedFile(path=HAPROXY_SAVE_STATE, content=script),
        ManagedFile(path=HAPROXY_SERVERS, content="".join(sorted(servers))),
    )


def _config_arguments(lb: LoadBalancer, release: str) -> str:
    files = [f"{release}/{HAPROXY_CFG}"]
    if lb.stats.enabled:
        files.append(f"{release}/{HAPROXY_USERLIST}")
    return " ".join(f"-f {file}" for file in files)
