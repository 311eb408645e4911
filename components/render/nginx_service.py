"""nginx as a service of a host: what its distribution families call things, and how a release is
checked.

nginx.conf names no `pid`, `daemon` or `master_process` (the unit knows the built-in ones) and
listens on no Unix socket (one outlives a killed master and stops the next start). Paths in it are
relative: nginx takes them from the folder of nginx.conf, staged or current. It needs nginx 1.21.4
or later (`proxy_half_close`): Debian 12 has 1.22, RHEL 9 in its module streams from 1.22 on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from components.model.node import OsFamily
from components.render.layout import NGINX_CONF


@dataclass(frozen=True, kw_only=True)
class _Build:
    """How a distribution family builds its nginx."""

    user: str
    modules: str


_BUILDS: Mapping[OsFamily, _Build] = {
    OsFamily.DEBIAN: _Build(user="www-data", modules="/usr/lib/nginx/modules"),
    OsFamily.RHEL: _Build(user="nginx", modules="/usr/lib64/nginx/modules"),
}


def engine_user(family: OsFamily) -> str:
    """User and group of nginx's workers, as the family's package makes them."""
    return _BUILDS[family].user


def stream_module(family: OsFamily) -> str:
    """Path of the module for TCP listeners, for `load_module`."""
    return f"{_BUILDS[family].modules}/ngx_stream_module.so"


def validate_command(release: str) -> str:
    """A shell command that checks the nginx.conf of a staged release, as root.

    `nginx -t` binds every listener and makes the pid file and Unix sockets. It does so in a network
    of its own, where every address may be bound, and with a /run of its own: neither the VIPs nor a
    running nginx matter, and nothing is left. A kernel without IPv6 refuses IPv6 listeners only.
    """
    return (
        "unshare --net --mount sh -c 'mount -t tmpfs none /run"
        " && sysctl -q -e -w net.ipv4.ip_nonlocal_bind=1 net.ipv6.ip_nonlocal_bind=1"
        f' && exec nginx -t -q -c "$1"\' sh {release}/{NGINX_CONF}'
    )
