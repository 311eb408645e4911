"""Hypothesis strategies for every option of the model that an engine has, TLS included."""

from functools import cache
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature
from components.model.health_check import HealthCheckKind
from components.model.http import ERROR_PAGE_STATUSES
from components.model.load_balancer import LoadBalancer, Reach
from components.model.persistence import PersistenceKind
from components.model.pool import Balance
from components.model.proxy_protocol import ProxyProtocol
from components.model.route import PathMatch
from components.model.tls import TlsProfile
from tests.authority import Authority, Issued
from tests.unit.models import names, sample

HOSTS = ("web.example.com", "*.apps.example.com", "a.apps.example.com", "xn--bcher-kva.example")
PATH_CHARACTERS = "az09-._~!$&'()*+,;=:@"
HOSTILE = """\"'\\#%${};`|<>&*?~!()[] \t\n\r\0äß😀"""
NETWORKS = ("198.18.0.0/16", "198.19.7.0/24", "2001:2::/48", "10.0.0.1/32", "::/0", "0.0.0.0/0")


@cache
def authority() -> Authority:
    """The authority of all certificates of the run."""
    return Authority("any models")


@cache
def issued() -> dict[str, Issued]:
    """Certificates by name, all hosts covered by each: any of them may stand first."""
    return {name: authority().server(*HOSTS) for name in ("web", "shop", "a-z")}


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of the values, or none."""
    return st.none() | values


networks = st.lists(st.sampled_from(NETWORKS[:4]), max_size=3, unique=True)

timeouts = st.fixed_dictionaries(
    {},
    optional={
        "clientMs": st.integers(1000, 86_400_000),
        "serverMs": st.integers(1000, 86_400_000),
        "tunnelMs": st.integers(1000, 86_400_000),
        "requestMs": st.integers(100, 600_000),
        "httpKeepaliveMs": st.integers(100, 600_000),
        "queueMs": st.integers(100, 600_000),
        "keepaliveIdleS": st.integers(1, 7200),
        "keepaliveIntervalS": st.integers(1, 600),
        "keepaliveProbes": st.integers(1, 20),
    },
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    """Paths of routes: plain and escaped characters, no empty or dotted elements."""
    element = st.text(PATH_CHARACTERS, min_size=1, max_size=6) | st.sampled_from(
        ("%20", "%22%7B%24x", "%C3%A4", "a%3Bb", "$host", "%25")
    )
    elements = draw(st.lists(element.filter(lambda e: e not in (".", "..")), max_size=3))
    return draw(st.sampled_from(("/" + "/".join(elements), "/", "/a", "/a/b", "/%61")))


@st.composite
def any_backends(draw: st.DrawFn, engine: Engine, balance: Balance) -> list[dict[str, Any]]:
    """One to four backends; the first one serves."""
    can = CAPABILITIES[engine]
    backup = can.has(Feature.BACKUP_WITH_SOURCE_HASH) or balance is not Balance.SOURCE_HASH
    count = draw(st.integers(1, 4))
    chosen = draw(st.lists(names, min_size=count, max_size=count, unique=True))
    weight = draw(st.integers(1, 256))
    return [
        {
            "name": name,
            "address": draw(st.sampled_from((f"198.18.1.{i + 1}", f"2001:2:0:2::{i + 1}"))),
            "port": draw(st.integers(1, 65535)),
            "weight": weight if balance is Balance.ROUND_ROBIN else draw(st.integers(1, 256)),
            "backup": backup and i > 0 and draw(st.booleans()),
            "drain": i > 0 and draw(st.booleans()),
            "maxConnections": draw(maybe(st.integers(1, 1000))) if can.has(Feature.QUEUE) else None,
        }
        for i, name in enumerate(chosen)
    ]


@st.composite
def any_check(draw: st.DrawFn, engine: Engine, *, reencrypts: bool) -> dict[str, Any]:
    """A health check; over TLS it verifies as a re-encrypting pool does."""
    kind = draw(st.sampled_from(HealthCheckKind))
    https = kind is HealthCheckKind.HTTPS
    return {
        "kind": kind,
        "ca": authority().certificate if https else None,
        "path": "/" + draw(st.text("az/?=&\"'\\#%${};`", max_size=12)),
        "expectedStatus": draw(st.integers(100, 599)),
        "clientCertificate": https and not reencrypts and draw(st.booleans()),
        "intervalMs": draw(st.integers(100, 60_000)),
        "fall": draw(st.integers(1, 10)),
        "rise": draw(st.integers(1, 10)),
        "passive": not CAPABILITIES[engine].has(Feature.ACTIVE_CHECKS) or draw(st.booleans()),
        "maxFails": draw(st.integers(1, 100)),
        "failTimeoutS": draw(st.integers(1, 600)),
    }


@st.composite
def any_pool(
    draw: st.DrawFn, engine: Engine, name: str, *, http: bool = False, tls: bool = False
) -> dict[str, Any]:
    """A pool of a listener in this mode that ends TLS or not."""
    can = CAPABILITIES[engine]
    balance = draw(st.sampled_from(Balance))
    values: dict[str, Any] = {
        "name": name,
        "balance": balance,
        "backends": draw(any_backends(engine, balance)),
        "rejectWhenEmpty": not can.has(Feature.CLOSE_WHEN_EMPTY) or draw(st.booleans()),
        "backendsAcceptProxy": draw(st.booleans()),
    }
    if (http or tls) and draw(st.booleans()):
        skips = draw(st.booleans())
        verified = {"ca": authority().certificate, "serverName": "Web.example.com"}
        values["tls"] = verified | {"insecureSkipVerify": skips}
    if draw(st.booleans()):
        values["healthCheck"] = draw(any_check(engine, reencrypts="tls" in values))
    if http and tls and draw(st.booleans()):
        values["protocol"] = "h2"
    if can.has(Feature.SLOW_START):
        values["slowStartMs"] = draw(maybe(st.integers(0, 600_000)))
    if can.has(Feature.CLOSE_DEAD_SESSIONS):
        values["closeSessionsOfDeadBackend"] = draw(maybe(st.booleans()))
    if can.has(Feature.SOURCE_PERSISTENCE):
        kinds = [*PersistenceKind] if http else [PersistenceKind.SOURCE]
        kind = draw(maybe(st.sampled_from(kinds)))
        if kind is not None:
            values["persistence"] = {"kind": kind}
        if kind is PersistenceKind.COOKIE:
            values["persistence"]["cookieName"] = draw(st.sampled_from(("lb", "A_b-9")))
    return values


def sends(engine: Engine, *, http: bool) -> list[ProxyProtocol | None]:
    """PROXY headers that an engine can send in a mode, none included."""
    can = CAPABILITIES[engine]
    if http and not can.has(Feature.SEND_PROXY_HTTP):
        return [None]
    return [None, *(v for v in ProxyProtocol if v.name != "V2" or can.has(Feature.SEND_PROXY_V2))]


@st.composite
def any_http(draw: st.DrawFn, *, tls: bool, redirect: bool) -> dict[str, Any]:
    """Options of mode http; the error pages hold what a configuration file would trip over."""
    statuses = draw(st.lists(st.sampled_from(ERROR_PAGE_STATUSES), max_size=3, unique=True))
    pages = [{"status": s, "content": draw(st.text(HOSTILE + "a", max_size=40))} for s in statuses]
    return {
        "xForwardedFor": draw(st.booleans()),
        "forwarded": draw(st.booleans()),
        "maxBodyBytes": draw(maybe(st.integers(1, 2**40))),
        "maxHeaderBytes": draw(st.integers(1024, 65_536)),
        "hstsMaxAgeS": draw(maybe(st.integers(0, 3_600_000))) if tls else None,
        "redirectToHttpsPort": draw(st.integers(1, 65535)) if redirect else None,
        "errorPages": pages,
    }


@st.composite
def any_listener(draw: st.DrawFn, engine: Engine, index: int) -> dict[str, Any]:
    """A listener of any kind: TCP, TLS, SNI, HTTP, HTTPS or a redirect."""
    kind = draw(st.sampled_from(("tcp", "tls", "sni", "http", "https", "redirect")))
    http, tls = kind in ("http", "https", "redirect"), kind in ("tls", "https")
    name = f"front{index}-{draw(names)}"
    common = {
        "sendProxy": draw(st.sampled_from(sends(engine, http=http))),
        "connectTimeoutMs": draw(st.integers(50, 60_000)),
        "retries": draw(st.integers(0, 10)),
    }

    def pool(number: int) -> dict[str, Any]:
        return draw(any_pool(engine, f"pool{index}-{number}", http=http, tls=tls)) | common

    values: dict[str, Any] = {
        "name": name,
        "port": 7000 + index,
        "mode": "http" if http else "tcp",
        "timeouts": draw(timeouts),
        "acceptProxyFrom": draw(networks),
        "allowedCidrs": draw(st.sampled_from(([], [NETWORKS[5]], list(NETWORKS[4:])))),
        "deniedCidrs": draw(networks),
        "limits": draw(_limits(engine, http=http)),
    }
    if kind in ("tcp", "tls") or (kind != "redirect" and draw(st.booleans())):
        values["pool"] = pool(0)
    if kind == "sni":
        chosen = draw(st.lists(st.sampled_from(HOSTS), min_size=1, unique=True))
        values["sniRoutes"] = [
            {"serverNames": [host], "pool": pool(i + 1)} for i, host in enumerate(chosen)
        ]
    if kind in ("http", "https"):
        matches = draw(st.lists(_matches(), min_size=1, max_size=4, unique_by=_spot))
        values["routes"] = [match | {"pool": pool(i + 1)} for i, match in enumerate(matches)]
    if http:
        values["http"] = draw(any_http(tls=tls, redirect=kind == "redirect"))
        if _speaks_h2(values) and not CAPABILITIES[engine].has(Feature.GRPC_BODY_LIMIT):
            values["http"]["maxBodyBytes"] = None
    if tls:
        values["tls"] = draw(_tls())
    return values


def _speaks_h2(values: dict[str, Any]) -> bool:
    pools = [values.get("pool", {}), *(route["pool"] for route in values.get("routes", ()))]
    return any(pool.get("protocol") == "h2" for pool in pools)


@st.composite
def _matches(draw: st.DrawFn) -> dict[str, Any]:
    path = draw(paths())
    return {
        "hosts": [draw(st.sampled_from(HOSTS))] if draw(st.booleans()) else [],
        "path": path,
        "pathMatch": draw(st.sampled_from(PathMatch)),
    }


def _spot(match: dict[str, Any]) -> str:
    return f"{match['hosts']}{unquote(match['path'])}{match['pathMatch']}"


@st.composite
def _tls(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(sorted(issued())), min_size=1, unique=True))
    return {
        "certificates": [{"name": name, "chain": issued()[name].chain} for name in chosen],
        "profile": draw(st.sampled_from(TlsProfile)),
        "names": draw(st.lists(st.sampled_from(HOSTS), max_size=2, unique=True)),
        "clientAuthority": authority().certificate if draw(st.booleans()) else None,
    }


@st.composite
def _limits(draw: st.DrawFn, engine: Engine, *, http: bool) -> dict[str, Any]:
    rate = maybe(st.integers(1, 100_000))
    can = CAPABILITIES[engine]
    return {
        "connectionsPerSource": draw(maybe(st.integers(1, 65_535))),
        "connectionRatePerSource": draw(rate) if can.has(Feature.CONNECTION_RATE) else None,
        "requestRatePerSource": draw(rate) if http else None,
    }


@st.composite
def settings_of(draw: st.DrawFn, engine: Engine) -> dict[str, Any]:
    """A valid load balancer as settings spell it."""
    count = draw(st.integers(1, 4))
    values = sample().model_dump(mode="json", by_alias=True)
    return values | {
        "name": draw(names),
        "engine": engine.value,
        "listeners": [draw(any_listener(engine, index)) for index in range(count)],
        "maxConnections": draw(st.integers(1, 200_000)),
        "stats": {
            "enabled": draw(st.booleans()),
            "reach": draw(st.sampled_from(Reach)),
            "user": draw(st.sampled_from(("admin", "a.b_c-9"))),
            "allowedCidrs": draw(networks),
        },
        "observability": {"reach": draw(st.sampled_from(Reach))},
    }


def any_load_balancers(engine: Engine) -> st.SearchStrategy[LoadBalancer]:
    """Valid load balancers with every option that the engine has."""
    return settings_of(engine).map(LoadBalancer.model_validate)
