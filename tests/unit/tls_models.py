"""Listeners with TLS, and load balancers that either engine can be, for tests."""

from ipaddress import IPv4Address

from components.model.backend import Backend
from components.model.listener import Listener
from components.model.load_balancer import LoadBalancer
from components.model.pool import Pool
from components.model.tls import Certificate, Tls
from tests.authority import Issued
from tests.unit.models import sample


def tls_listener(name: str = "tls", port: int = 8443, **certificates: Issued) -> Listener:
    """A TCP listener that ends TLS with these certificates, by their names."""
    backend = Backend(name="web1", address=IPv4Address("198.18.0.31"), port=8080)
    return Listener(
        name=name,
        port=port,
        pool=Pool(name=f"{name}-pool", backends=(backend,)),
        tls=Tls(
            certificates=tuple(
                Certificate(name=each, chain=issued.chain) for each, issued in certificates.items()
            )
        ),
    )


def for_either_engine(*, client_certificate: bool = False, **changes: object) -> LoadBalancer:
    """The sample with passive checks; `changes` replace fields."""
    api = sample().listeners[0]
    assert api.pool is not None
    assert api.pool.health_check is not None
    check = {"passive": True, "client_certificate": client_certificate}
    pool = api.pool.model_copy(
        update={"health_check": api.pool.health_check.model_copy(update=check)}
    )
    return sample(**{"listeners": (api.model_copy(update={"pool": pool}),), **changes})
