"""The settings of a stack: `Pulumi.<stack>.yaml` as a typed, checked value."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from components.model.base import Model
from components.model.budget.fault import Fault
from stacks.control_plane import ControlPlaneSettings
from stacks.errors import explain, settings_error
from stacks.files import with_file_contents


class Slo(Model):
    """What outage the users of this stack accept."""

    worst_outage_ms: int = Field(default=10_000, ge=1)
    """Longest outage of any single fault, ms; the policy pack compares the budget with it."""
    accepted_unbounded: tuple[Fault, ...] = ()
    """Faults whose outage may be unbounded, each by its name in the budget: `backend-hung` behind
    an engine without active checks."""


class Ssh(Model):
    """How Pulumi reaches the machines. The key comes from here or from the secret
    `k8s-ha-lb:sshPrivateKey`."""

    private_key_file: str | None = None
    """Private key file, relative to the project."""


class Settings(Model):
    """Everything a stack can set, except its secrets."""

    control_plane: ControlPlaneSettings
    slo: Slo = Slo()
    ssh: Ssh = Ssh()


SECRETS = {
    "sshPrivateKey": "private key that the machines accept, PEM or OpenSSH format",
    "statsPassword": "password of the statistics page",
    "healthCheckCertificate": "PEM of the client certificate and key of the health check",
    "tlsKeys": "object: name of a certificate -> its private key, PEM without passphrase; each set"
    " with `pulumi config set --secret --path 'k8s-ha-lb:tlsKeys.NAME' < key.pem`",
}
"""Secret settings, set with `pulumi config set --secret k8s-ha-lb:<name>`."""


def parse_settings(raw: Mapping[str, object], project: Path) -> Settings:
    """Settings from the stack's configuration; file names are relative to `project`.

    Raises SettingsError that names every wrong setting.
    """
    unknown = sorted(set(raw) - set(SECRETS) - _names())
    if unknown:
        known = ", ".join(sorted({*SECRETS, *_names()}))
        raise settings_error(
            f"k8s-ha-lb:{name} is not a setting; known are {known}" for name in unknown
        )
    given = {
        name: with_file_contents(value, name, project)
        for name, value in raw.items()
        if name not in SECRETS
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise explain("", error) from None


def _names() -> set[str]:
    return {field.alias or name for name, field in Settings.model_fields.items()}
