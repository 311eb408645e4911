"""What a load balancer asks of its engine: each feature with the setting that asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from components.model.feature import Feature
from components.model.health_check import HealthCheck
from components.model.listener import Listener, ListenerMode
from components.model.persistence import PersistenceKind
from components.model.pool import Balance, Pool, PoolProtocol
from components.model.proxy_protocol import ProxyProtocol

_BALANCE = {
    Balance.ROUND_ROBIN: Feature.ROUND_ROBIN,
    Balance.WEIGHTED_ROUND_ROBIN: Feature.WEIGHTED_ROUND_ROBIN,
    Balance.LEAST_CONNECTIONS: Feature.LEAST_CONNECTIONS,
    Balance.SOURCE_HASH: Feature.SOURCE_HASH,
}
_PERSISTENCE = {
    PersistenceKind.SOURCE: Feature.SOURCE_PERSISTENCE,
    PersistenceKind.COOKIE: Feature.COOKIE_PERSISTENCE,
}


@dataclass(frozen=True, kw_only=True)
class Use:
    """A feature that a setting asks for."""

    feature: Feature
    setting: str
    value: str


def features_used(listener: Listener) -> Iterator[Use]:
    """Features that a listener and its pools ask for and that an engine may be without."""
    at = f"listeners[{listener.name}]"
    rate = listener.limits.connection_rate_per_source
    if rate is not None:
        yield _use(Feature.CONNECTION_RATE, f"{at}.limits.connectionRatePerSource", rate)
    if listener.sni_routes:
        yield from _of_sni_pools(listener.pools)
    limit = listener.http.max_body_bytes
    if limit is not None and any(pool.protocol is PoolProtocol.H2 for pool in listener.pools):
        yield _use(Feature.GRPC_BODY_LIMIT, f"{at}.http.maxBodyBytes", limit)
    for pool in listener.pools:
        yield from _of_pool(f"pools[{pool.name}]", pool, listener.mode)


def _of_sni_pools(pools: tuple[Pool, ...]) -> Iterator[Use]:
    first = pools[0]
    for pool in pools:
        for setting, value, common in (
            ("connectTimeoutMs", pool.connect_timeout_ms, first.connect_timeout_ms),
            ("retries", pool.retries, first.retries),
            ("sendProxy", pool.send_proxy, first.send_proxy),
        ):
            if value != common:
                unlike = f"{value}, unlike {common} of pool {first.name}"
                yield _use(Feature.SNI_POOL_SETTINGS, f"pools[{pool.name}].{setting}", unlike)


def _of_pool(at: str, pool: Pool, mode: ListenerMode) -> Iterator[Use]:
    yield _use(_BALANCE[pool.balance], f"{at}.balance", pool.balance.value)
    if pool.health_check is not None:
        yield _of_check(at, pool.health_check)
    if pool.slow_start_ms:
        yield _use(Feature.SLOW_START, f"{at}.slowStartMs", pool.slow_start_ms)
    if pool.close_sessions_of_dead_backend:
        yield _use(Feature.CLOSE_DEAD_SESSIONS, f"{at}.closeSessionsOfDeadBackend", "true")
    if not pool.reject_when_empty:
        yield _use(Feature.CLOSE_WHEN_EMPTY, f"{at}.rejectWhenEmpty", "false")
    if pool.persistence is not None:
        kind = pool.persistence.kind
        yield _use(_PERSISTENCE[kind], f"{at}.persistence.kind", kind.value)
    if pool.send_proxy is not None:
        if mode is ListenerMode.HTTP:
            yield _use(Feature.SEND_PROXY_HTTP, f"{at}.sendProxy", pool.send_proxy.value)
        if pool.send_proxy is ProxyProtocol.V2:
            yield _use(Feature.SEND_PROXY_V2, f"{at}.sendProxy", pool.send_proxy.value)
    for backend in pool.backends:
        inside = f"{at}.backends[{backend.name}]"
        if backend.max_connections is not None:
            yield _use(Feature.QUEUE, f"{inside}.maxConnections", backend.max_connections)
        if backend.backup:
            yield _use(Feature.BACKUP, f"{inside}.backup", "true")
            if pool.balance is Balance.SOURCE_HASH:
                yield _use(Feature.BACKUP_WITH_SOURCE_HASH, f"{inside}.backup", "true")


def _of_check(at: str, check: HealthCheck) -> Use:
    feature = Feature.PASSIVE_CHECKS if check.passive else Feature.ACTIVE_CHECKS
    return _use(feature, f"{at}.healthCheck", f"an active {check.kind.value} check")


def _use(feature: Feature, setting: str, value: object) -> Use:
    return Use(feature=feature, setting=setting, value=str(value))
