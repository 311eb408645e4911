"""What the parts of the templates that both modes share need."""

from collections.abc import Mapping

from components.model.limits import Limits
from components.render.nginx.names import (
    backend_authority_file,
    certificate_path,
    client_authority_file,
    pinned_certificate_path,
    variable,
)
from components.render.nginx.quoting import constant, quoted
from components.render.nginx.sources import IPV4_IN_IPV6, IPV6_SUBNET, LIMITED_SOURCE
from components.render.nginx.tls import (
    CIPHERS_OF,
    PROTOCOLS,
    as_map_key,
    certificate_for,
    chosen_by_workers,
    names_with_another_certificate,
)
from components.render.nginx.upstream import method, server, zone_kib

PARTS: Mapping[str, object] = {
    "quoted": quoted,
    "constant": constant,
    "variable": variable,
    "method": method,
    "server": server,
    "zone_kib": zone_kib,
    "certificate_path": certificate_path,
    "pinned_certificate_path": pinned_certificate_path,
    "backend_authority_file": backend_authority_file,
    "client_authority_file": client_authority_file,
    "protocols": PROTOCOLS,
    "ciphers": CIPHERS_OF,
    "certificate_for": certificate_for,
    "chosen_by_workers": chosen_by_workers,
    "names_with_another_certificate": names_with_another_certificate,
    "as_map_key": as_map_key,
    "limited_source": LIMITED_SOURCE,
    "ipv6_subnet": IPV6_SUBNET,
    "ipv4_in_ipv6": IPV4_IN_IPV6,
    "no_limits": Limits(),
}
