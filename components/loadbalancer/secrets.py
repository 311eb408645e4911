"""Secrets of a load balancer: from Pulumi secrets to the files that only the engine reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.model.load_balancer import LoadBalancer
from components.render.host import needs_check_certificate
from components.render.layout import CHECK_CERTIFICATE_FILE, USERLIST_FILE
from components.render.secrets import render_userlist


@dataclass(frozen=True, kw_only=True)
class LoadBalancerSecrets:
    """Secret values; those the model does not ask for may be left out."""

    stats_password: pulumi.Input[str] | None = field(default=None, repr=False)
    health_check_certificate: pulumi.Input[str] | None = field(default=None, repr=False)
    """PEM of certificate and key."""


def require_secrets(lb: LoadBalancer, secrets: LoadBalancerSecrets) -> None:
    """Raises ValueError that names a secret which `lb` needs and nobody gave."""
    if lb.stats.enabled and secrets.stats_password is None:
        raise ValueError(
            "statsPassword is not set: the statistics page needs a password; run"
            " `pulumi config set --secret k8s-ha-lb:statsPassword`"
            " or set controlPlane.stats.enabled to false"
        )
    if needs_check_certificate(lb) and secrets.health_check_certificate is None:
        raise ValueError(
            "healthCheckCertificate is not set: healthCheck.clientCertificate is true; run"
            " `pulumi config set --secret k8s-ha-lb:healthCheckCertificate < client.pem`"
        )


def secret_files(
    lb: LoadBalancer, secrets: LoadBalancerSecrets
) -> Mapping[str, pulumi.Output[str]]:
    """Secret files by name, as secrets. Raises ValueError when one that `lb` needs is missing."""
    require_secrets(lb, secrets)
    files: dict[str, pulumi.Output[str]] = {}
    if lb.stats.enabled:
        files[USERLIST_FILE] = pulumi.Output.secret(secrets.stats_password or "").apply(
            lambda password: render_userlist(lb.stats.user, password, lb.name)
        )
    if needs_check_certificate(lb):
        certificate = secrets.health_check_certificate or ""
        files[CHECK_CERTIFICATE_FILE] = pulumi.Output.secret(certificate)
    return files
