"""Certificates of a listener: their settings, and their secret files on a node."""

from components.model.tls import Certificate
from components.render.layout import certificate_file
from components.render.secrets import render_certificate
from tests.authority import Issued


def certificates(**issued: Issued) -> tuple[Certificate, ...]:
    """The setting `tls.certificates`, by name in the order given."""
    return tuple(Certificate(name=name, chain=one.chain) for name, one in issued.items())


def secret_files(**issued: Issued) -> dict[str, str]:
    """What a node is given beside its configuration for the same certificates."""
    settings = certificates(**issued)
    return {
        certificate_file(one.name): render_certificate(one, issued[one.name].key)
        for one in settings
    }
