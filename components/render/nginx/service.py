"""nginx as a service of a host."""

from components.model.load_balancer import LoadBalancer
from components.model.node import Node
from components.model.tls import Certificate
from components.render.engine_plan import EnginePlan
from components.render.environment import render_template
from components.render.layout import (
    CURRENT,
    HTPASSWD_FILE,
    NGINX_CONF,
    NGINX_DROP_IN,
    NGINX_SECRETS,
    TRACK_FILE,
    certificate_file,
)
from components.render.nginx.configuration import render_nginx
from components.render.nginx.names import secrets_pin
from components.render.nginx.tls import chosen_by_workers
from components.render.nginx_service import engine_user, validate_command
from components.render.plan import ManagedFile, ServicePlan


def nginx_plan(lb: LoadBalancer, node: Node) -> EnginePlan:
    """nginx on `node`: the distribution's unit with a drop-in, its own files untouched."""
    files, revision = render_nginx(lb, node)
    drop_in = ManagedFile(
        path=NGINX_DROP_IN,
        content=render_template(
            "systemd/nginx.conf.j2",
            config=f"{CURRENT}/{NGINX_CONF}",
            file_limit=node.file_limit,
            track_file=TRACK_FILE,
        ),
    )
    return EnginePlan(
        files=(*files, drop_in),
        revision=revision,
        service=ServicePlan(
            name="nginx",
            files=tuple(f.path for f in files),
            drop_in=NGINX_DROP_IN,
            validate=validate_command("{release}"),
        ),
        packages=("nginx",),
        secrets_link=NGINX_SECRETS,
        secrets_pin=secrets_pin() if _certificates_of_workers(lb) else None,
        engine_readable_secrets=_read_by_workers(lb),
        engine_group=engine_user(node.family),
    )


def _read_by_workers(lb: LoadBalancer) -> tuple[str, ...]:
    password = (HTPASSWD_FILE,) if lb.stats.enabled else ()
    return (*password, *(certificate_file(c.name) for c in _certificates_of_workers(lb)))


def _certificates_of_workers(lb: LoadBalancer) -> tuple[Certificate, ...]:
    return tuple(c for listener in lb.listeners for c in chosen_by_workers(listener))
