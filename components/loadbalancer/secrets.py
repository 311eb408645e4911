"""Secrets of a load balancer: from Pulumi secrets to the files that only the engine reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pulumi

from components.model.load_balancer import LoadBalancer
from components.model.tls import Certificate
from components.model.tls_keys import key_faults, validity_faults
from components.render.layout import CHECK_CERTIFICATE_FILE, certificate_file
from components.render.secrets import (
    certificates_of,
    needs_check_certificate,
    password_file,
    render_certificate,
    render_password_file,
)


@dataclass(frozen=True, kw_only=True)
class LoadBalancerSecrets:
    """Secret values; those the model does not ask for may be left out."""

    stats_password: pulumi.Input[str] | None = field(default=None, repr=False)
    health_check_certificate: pulumi.Input[str] | None = field(default=None, repr=False)
    """PEM of certificate and key."""
    tls_keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Private key of each certificate by its name, PEM; plain, so that a preview can judge them."""


def require_secrets(
    lb: LoadBalancer, secrets: LoadBalancerSecrets, now: datetime | None = None
) -> None:
    """Raises ValueError that names every secret which `lb` needs and nobody gave, every private key
    that is not its certificate's, and, when `now` (UTC) is given, every certificate that is not
    valid then."""
    faults = [str(fault) for fault in _faults(lb, secrets, now)]
    if faults:
        raise ValueError("\n  ".join(faults))


def secret_files(
    lb: LoadBalancer, secrets: LoadBalancerSecrets
) -> Mapping[str, pulumi.Output[str]]:
    """Secret files by name, as secrets. Raises ValueError as `require_secrets` does."""
    require_secrets(lb, secrets)
    files: dict[str, pulumi.Output[str]] = {}
    if lb.stats.enabled:
        files[password_file(lb)] = pulumi.Output.secret(secrets.stats_password or "").apply(
            lambda password: render_password_file(lb, password)
        )
    if needs_check_certificate(lb):
        certificate = secrets.health_check_certificate or ""
        files[CHECK_CERTIFICATE_FILE] = pulumi.Output.secret(certificate)
    for certificate in certificates_of(lb):
        files[certificate_file(certificate.name)] = _with_key(certificate, secrets)
    return files


def _with_key(certificate: Certificate, secrets: LoadBalancerSecrets) -> pulumi.Output[str]:
    content = render_certificate(certificate, secrets.tls_keys[certificate.name])
    return pulumi.Output.secret(content)


def _faults(
    lb: LoadBalancer, secrets: LoadBalancerSecrets, now: datetime | None
) -> Iterator[ValueError]:
    if lb.stats.enabled and secrets.stats_password is None:
        yield ValueError(
            "statsPassword is not set: the statistics page needs a password; run"
            " `pulumi config set --secret k8s-ha-lb:statsPassword`"
            " or set controlPlane.stats.enabled to false"
        )
    if needs_check_certificate(lb) and secrets.health_check_certificate is None:
        yield ValueError(
            "healthCheckCertificate is not set: healthCheck.clientCertificate is true; run"
            " `pulumi config set --secret k8s-ha-lb:healthCheckCertificate < client.pem`"
        )
    certificates = certificates_of(lb)
    yield from key_faults(certificates, secrets.tls_keys)
    if now is not None:
        yield from validity_faults(certificates, now)
