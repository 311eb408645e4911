"""nginx.conf of one node. The same model gives the same bytes."""

from collections.abc import Iterator

from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.node import Node
from components.render.environment import render_template
from components.render.layout import HTPASSWD_FILE, NGINX_CONF
from components.render.nginx.http import http_listeners
from components.render.nginx.indentation import indented
from components.render.nginx.names import (
    backend_authority_file,
    client_authority_file,
    error_page_file,
)
from components.render.nginx.sources import networks
from components.render.nginx.stream import stream_block
from components.render.nginx_service import engine_user, stream_module
from components.render.plan import ManagedFile
from components.render.revision import revision_of
from components.render.sockets import reachable, socket


def render_nginx(lb: LoadBalancer, node: Node) -> tuple[tuple[ManagedFile, ...], str]:
    """nginx's public files on `node`, and their revision.

    The revision is a digest of all of them and of the listeners' certificates; the running nginx
    tells it at `/revision`, which proves that a reload took the new configuration.
    """
    beside = tuple(file for listener in lb.listeners for file in _files_beside(listener))
    chains = (c.chain for x in lb.listeners if x.tls for c in x.tls.certificates)
    revision = revision_of(_nginx_conf(lb, node, ""), *(f.content for f in beside), *chains)
    conf = ManagedFile(path=NGINX_CONF, content=_nginx_conf(lb, node, revision))
    return (conf, *beside), revision


def _files_beside(listener: Listener) -> Iterator[ManagedFile]:
    for pool in listener.pools:
        if pool.tls is not None and pool.tls.ca is not None:
            yield _file(backend_authority_file(pool), pool.tls.ca)
    if listener.tls is not None and listener.tls.client_authority is not None:
        yield _file(client_authority_file(listener), listener.tls.client_authority)
    for page in sorted(listener.http.error_pages, key=lambda page: page.status):
        yield _file(error_page_file(listener, page.status), page.content)


def _file(name: str, content: str) -> ManagedFile:
    return ManagedFile(path=f"nginx/{name}", content=content)


def _nginx_conf(lb: LoadBalancer, node: Node, revision: str) -> str:
    text = render_template(
        "nginx/nginx.conf.j2",
        lb=lb,
        node=node,
        revision=revision,
        user=engine_user(node.family),
        stream_module=stream_module(node.family),
        observability_listens=[
            socket(address, lb.observability.port)
            for address in reachable(lb.observability.reach, node)
        ],
        htpasswd=HTPASSWD_FILE,
        networks=networks,
        stats_listens=[
            socket(address, lb.stats.port) for address in reachable(lb.stats.reach, node)
        ],
        stream=stream_block(lb),
        http=http_listeners(lb),
    )
    return indented(text)
