"""Where things are on a load-balancer host; the renderers and the transaction agree on it here."""

ROOT = "/etc/k8s-ha-lb"
"""Everything the program keeps on a host is below it."""

CURRENT = f"{ROOT}/current"
"""Link to the release in use; switching it is the one atomic step of a change."""

HAPROXY_CFG = "haproxy/haproxy.cfg"
HAPROXY_SAVE_STATE = "haproxy/save-state.sh"
HAPROXY_SERVERS = "haproxy/servers"
"""Pool, name, address and port of every server: beside the script that reads it."""
HAPROXY_SECRETS = "haproxy/secrets"
"""Link to the host's secret files."""

USERLIST_FILE = "userlist.cfg"
CHECK_CERTIFICATE_FILE = "health-check.pem"
HTPASSWD_FILE = "htpasswd"
HAPROXY_USERLIST = f"{HAPROXY_SECRETS}/{USERLIST_FILE}"
HAPROXY_CHECK_CERTIFICATE = f"secrets/{CHECK_CERTIFICATE_FILE}"
"""Below the engine's folder."""

ENGINE_FOLDER = "K8S_HA_LB_ENGINE"
"""Environment variable with the folder of haproxy.cfg: the same text is right in a staged release
and in the current one. HAProxy's `default-path` does not reach certificates of checks."""


def certificate_file(name: str) -> str:
    """Name of the secret file with the chain and the private key of a listener's certificate."""
    return f"certificate-{name}.pem"


NGINX_CONF = "nginx/nginx.conf"
NGINX_SECRETS = "nginx/secrets"
"""Link to the host's secret files; nginx takes `secrets/NAME` as beside nginx.conf."""

NGINX_SECRETS_PIN = "nginx/secrets-folder.conf"
"""Tells nginx where the secret files of its own release are."""

HAPROXY_DROP_IN = "systemd/haproxy.conf"
NGINX_DROP_IN = "systemd/nginx.conf"
KEEPALIVED_CONF = "keepalived/keepalived.conf"
KEEPALIVED_DROP_IN = "systemd/keepalived.conf"
SYSCTL_CONF = "sysctl/k8s-ha-lb.conf"

TRACK_FILE = "/run/k8s-ha-lb.track"
"""0 while the engine's service runs, 1 after it exited; keepalived watches it."""

ADMIN_SOCKET = "/run/haproxy/admin.sock"
"""Runtime API of HAProxy; hands its listening sockets over at a reload."""

SERVER_STATE = "/run/k8s-ha-lb.servers"
"""What HAProxy knows of its backends, written before a reload and read by the new worker. Without
it a reload takes every backend for up, and the first failed check for the last. In a folder of
root's own, as root writes it."""
