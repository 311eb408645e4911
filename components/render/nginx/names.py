"""What parts of the model are called in nginx.conf: zones, variables and files, none twice."""

from components.model.listener import Listener
from components.model.pool import Pool
from components.model.tls import Certificate
from components.render.layout import certificate_file


def variable(purpose: str, owner: Listener) -> str:
    """A variable of a listener; names of listeners have no underscore, variables no hyphen."""
    return f"${purpose}_{owner.name.replace('-', '_')}"


def certificate_path(certificate: Certificate) -> str:
    """Secret file with the chain and the private key, from nginx.conf's folder."""
    return f"secrets/{certificate_file(certificate.name)}"


def backend_authority_file(pool: Pool) -> str:
    """File with the authority of a pool's backends, beside nginx.conf."""
    return f"{pool.name}.backend-ca.pem"


def client_authority_file(listener: Listener) -> str:
    """File with the authority of a listener's clients, beside nginx.conf."""
    return f"{listener.name}.client-ca.pem"


def error_page_file(listener: Listener, status: int) -> str:
    """File with a listener's own page for a status, beside nginx.conf."""
    return f"{listener.name}-{status}.html"
