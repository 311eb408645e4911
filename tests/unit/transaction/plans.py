"""A small fixed plan for renderer tests."""

from ipaddress import IPv4Address, IPv6Address

from components.render.plan import HostPlan, ManagedFile, ServicePlan

PLAN = HostPlan(
    node="lb1",
    packages=("haproxy", "keepalived", "curl"),
    files=(
        ManagedFile(path="haproxy/haproxy.cfg", content="global\n  maxconn 100\n"),
        ManagedFile(path="keepalived/keepalived.conf", content="vrrp_instance a {\n}\n"),
        ManagedFile(path="systemd/haproxy.conf", content="[Service]\nLimitNOFILE=300\n"),
        ManagedFile(path="systemd/keepalived.conf", content="[Service]\nRestart=always\n"),
        ManagedFile(path="sysctl/k8s-ha-lb.conf", content="net.ipv4.ip_nonlocal_bind = 1\n"),
    ),
    services=(
        ServicePlan(
            name="haproxy",
            files=("haproxy/haproxy.cfg",),
            drop_in="systemd/haproxy.conf",
            validate="haproxy -c -f {release}/haproxy/haproxy.cfg",
        ),
        ServicePlan(
            name="keepalived",
            files=("keepalived/keepalived.conf",),
            drop_in="systemd/keepalived.conf",
            validate="keepalived --config-test --use-file={release}/keepalived/keepalived.conf",
        ),
    ),
    sysctl="sysctl/k8s-ha-lb.conf",
    interface="eth0",
    vips=(IPv4Address("198.18.0.10"), IPv6Address("2001:2:0:1::10")),
    node_addresses=(IPv4Address("198.18.0.11"), IPv6Address("2001:2:0:1::11")),
    peer_addresses=(IPv4Address("198.18.0.12"), IPv6Address("2001:2:0:1::12")),
    listeners=((IPv4Address("198.18.0.10"), 6443), (IPv6Address("2001:2:0:1::10"), 6443)),
    health_url="http://127.0.0.1:8405/healthz",
    revision_url="http://127.0.0.1:8405/revision",
    revision="0123456789abcdef",
    file_descriptors=300,
    settle_seconds=2.4,
    vrrp_quiet_seconds=1.4,
    managed_ports=(6443, 8405),
)
