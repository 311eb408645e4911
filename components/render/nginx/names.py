"""What parts of the model are called in nginx.conf: zones, variables and files, none twice."""

from components.model.listener import Listener
from components.model.pool import Pool
from components.model.tls import Certificate
from components.render.layout import NGINX_SECRETS_PIN, certificate_file
from components.render.plan import ManagedFile

SECRETS_FOLDER = "$secrets_folder"
"""Where the secret files of a release are, also once `current` has moved on."""


def variable(purpose: str, owner: Listener) -> str:
    """A variable of a listener; names of listeners have no underscore, variables no hyphen."""
    return f"${purpose}_{owner.name.replace('-', '_')}"


def certificate_path(certificate: Certificate) -> str:
    """Secret file with the chain and the private key, from nginx.conf's folder."""
    return f"secrets/{certificate_file(certificate.name)}"


def pinned_certificate_path(certificate: Certificate) -> str:
    """The same for workers, which read certificate and key one after the other at each handshake:
    through `current` they might get those of two releases."""
    return f"{SECRETS_FOLDER}/{certificate_file(certificate.name)}"


def secrets_pin() -> ManagedFile:
    """What nginx.conf includes to know the folder (`HostPlan.secrets_pin`)."""
    content = f'map "" {SECRETS_FOLDER} {{\n  default {{secrets}};\n}}\n'
    return ManagedFile(path=NGINX_SECRETS_PIN, content=content)


def backend_authority_file(pool: Pool) -> str:
    """File with the authority of a pool's backends, beside nginx.conf."""
    return f"{pool.name}.backend-ca.pem"


def client_authority_file(listener: Listener) -> str:
    """File with the authority of a listener's clients, beside nginx.conf."""
    return f"{listener.name}.client-ca.pem"


def error_page_file(listener: Listener, status: int) -> str:
    """File with a listener's own page for a status, beside nginx.conf."""
    return f"{listener.name}-{status}.html"
