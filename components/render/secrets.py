"""Secret files of the engine: which there are, and what is in them.

Passwords are hashed before they leave the operator's machine.
"""

import hashlib

from passlib.hash import sha512_crypt

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.load_balancer import LoadBalancer
from components.model.tls import Certificate
from components.render.layout import (
    CHECK_CERTIFICATE_FILE,
    HTPASSWD_FILE,
    USERLIST_FILE,
    certificate_file,
)

HASH_ROUNDS = 5000
"""Rounds of SHA-512 crypt: about 4 ms of one core for each request to the statistics page."""

_PASSWORD_FILES = {Engine.HAPROXY: USERLIST_FILE, Engine.NGINX: HTPASSWD_FILE}


def secret_file_names(lb: LoadBalancer) -> tuple[str, ...]:
    """Names of the files that the engine of `lb` alone may read; none when it needs none."""
    passwords = (password_file(lb),) if lb.stats.enabled else ()
    checks = (CHECK_CERTIFICATE_FILE,) if needs_check_certificate(lb) else ()
    certificates = tuple(certificate_file(c.name) for c in certificates_of(lb))
    return (*passwords, *checks, *certificates)


def certificates_of(lb: LoadBalancer) -> tuple[Certificate, ...]:
    """The certificates of all listeners, each once, in their order."""
    by_name = {c.name: c for x in lb.listeners if x.tls for c in x.tls.certificates}
    return tuple(by_name.values())


def needs_check_certificate(lb: LoadBalancer) -> bool:
    """Whether the engine makes a health check that authenticates with a client certificate."""
    checks = (pool.health_check for pool in lb.pools)
    asked = any(check is not None and check.client_certificate for check in checks)
    return asked and lb.capabilities.has(Feature.ACTIVE_CHECKS)


def password_file(lb: LoadBalancer) -> str:
    """Name of the file with the password of the statistics page."""
    return _PASSWORD_FILES[lb.engine]


def render_password_file(lb: LoadBalancer, password: str) -> str:
    """That file as the engine of `lb` reads it, with a hash instead of the password.

    The salt follows from the names of load balancer and user, so that equal input gives equal
    bytes. Raises ValueError for an empty password.
    """
    if not password:
        raise ValueError(
            "statsPassword is empty: the statistics page needs a password; set one with"
            " `pulumi config set --secret k8s-ha-lb:statsPassword` or set stats.enabled to false"
        )
    user = lb.stats.user
    salt = hashlib.sha256(f"{lb.name}/{user}".encode()).hexdigest()[:16]
    hashed = sha512_crypt.using(salt=salt, rounds=HASH_ROUNDS).hash(password)
    if lb.engine is Engine.HAPROXY:
        return f"userlist statistics\n  user {user} password {hashed}\n"
    return f"{user}:{hashed}\n"


def render_certificate(certificate: Certificate, key: str) -> str:
    """Chain and private key in one PEM, as both engines read it."""
    return f"{certificate.chain.strip()}\n{key.strip()}\n"
