"""A plan with a small nginx in place of the engine, for one machine on the bench."""

import hashlib
from dataclasses import replace

from components.model.node import OsFamily
from components.render.environment import render_template
from components.render.layout import CURRENT, NGINX_CONF, NGINX_DROP_IN, NGINX_SECRETS, TRACK_FILE
from components.render.nginx_service import engine_user, stream_module, validate_command
from components.render.plan import HostPlan, ManagedFile, ServicePlan
from tests.lab.hosts.plans import VIP, node_plan

_CONFIGURATION = """load_module {module};
user {user};
worker_processes 2;
error_log stderr;
{main}
events {{
  worker_connections 1000;
}}
stream {{
  server {{
    listen {vip}:6443;
    listen [2001:2:0:1::10]:6443;
    proxy_pass 198.18.0.21:6443;
  }}
}}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:8405;
    location = /healthz {{
      return 200 ok;
    }}
    location = /revision {{
      return 200 {revision};
    }}
    {locations}
  }}
}}
"""


def nginx_plan(
    node: str = "lb1", hosts: tuple[str, ...] = ("lb1",), *, main: str = "", locations: str = ""
) -> HostPlan:
    """The node's plan with nginx in place of HAProxy; `main` and `locations` are put in."""
    plan = node_plan(node, hosts)
    revision = hashlib.sha256(f"{main}{locations}".encode()).hexdigest()[:16]
    conf = ManagedFile(
        path=NGINX_CONF,
        content=_CONFIGURATION.format(
            module=stream_module(OsFamily.DEBIAN),
            user=engine_user(OsFamily.DEBIAN),
            vip=VIP,
            revision=revision,
            main=main,
            locations=locations,
        ),
    )
    drop_in = ManagedFile(
        path=NGINX_DROP_IN,
        content=render_template(
            "systemd/nginx.conf.j2",
            config=f"{CURRENT}/{NGINX_CONF}",
            file_limit=plan.file_descriptors,
            track_file=TRACK_FILE,
        ),
    )
    kept = [f for f in plan.files if f.path != "systemd/haproxy.conf" and "haproxy/" not in f.path]
    service = ServicePlan(
        name="nginx",
        files=(NGINX_CONF,),
        drop_in=NGINX_DROP_IN,
        validate=validate_command("{release}"),
    )
    return replace(
        plan,
        packages=("nginx", "keepalived", "curl"),
        files=(conf, drop_in, *kept),
        services=(service, *(s for s in plan.services if s.name == "keepalived")),
        revision=revision,
    )


def with_password_file(*, main: str = "") -> HostPlan:
    """A plan with secret files; nginx's workers read `htpasswd` when asked for /private."""
    # Not `return`, which nginx runs before it asks for the password.
    private = "auth_basic private; auth_basic_user_file secrets/htpasswd; empty_gif;"
    return replace(
        nginx_plan(main=main, locations=f"location = /private {{ {private} }}"),
        secrets_link=NGINX_SECRETS,
        engine_readable_secrets=("htpasswd",),
        engine_group=engine_user(OsFamily.DEBIAN),
    )
