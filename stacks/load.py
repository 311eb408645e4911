"""Reads the running stack's configuration: settings checked, secrets kept secret."""

import json
from datetime import datetime
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret
from pydantic import TypeAdapter, ValidationError

from components.loadbalancer.secrets import LoadBalancerSecrets, require_secrets
from components.model.load_balancer import LoadBalancer
from stacks.errors import SettingsError, settings_error
from stacks.settings import SECRETS, Settings, parse_settings

PROJECT = "k8s-ha-lb"
_KEYS = TypeAdapter(dict[str, str])


def load_settings(project: Path) -> Settings:
    """The stack's settings; raises SettingsError that names every wrong one."""
    prefix = f"{PROJECT}:"
    raw: dict[str, object] = {}
    for key, value in CONFIG.get().items():
        name = key.removeprefix(prefix)
        if key.startswith(prefix):
            raw[name] = None if name in SECRETS else _plain(name, str(value))
    return parse_settings(raw, project)


def load_secrets(lb: LoadBalancer, now: datetime) -> LoadBalancerSecrets:
    """The secrets of the load balancer.

    Raises SettingsError that names every one which is missing or wrong, and every certificate that
    is not valid at `now` (UTC).
    """
    config = pulumi.Config(PROJECT)
    secrets = LoadBalancerSecrets(
        stats_password=config.get_secret("statsPassword"),
        health_check_certificate=config.get_secret("healthCheckCertificate"),
        tls_keys=_tls_keys(),
    )
    try:
        require_secrets(lb, secrets, now)
    except ValueError as error:
        raise settings_error(str(error).split("\n  ")) from None
    return secrets


def load_private_key(settings: Settings, project: Path) -> pulumi.Output[str]:
    """The SSH private key as a secret; raises SettingsError when there is none."""
    given = pulumi.Config(PROJECT).get_secret("sshPrivateKey")
    if given is not None:
        return given
    name = settings.ssh.private_key_file
    if name is None:
        raise SettingsError(
            f"{PROJECT}:sshPrivateKey is not set: Pulumi reaches the machines over SSH; run"
            f" `pulumi config set --secret {PROJECT}:sshPrivateKey < KEY` or set ssh.privateKeyFile"
        )
    try:
        return pulumi.Output.secret((project / name).read_text())
    except OSError as error:
        raise SettingsError(
            f"ssh.privateKeyFile is {name}: cannot be read ({error.strerror});"
            " give the path of a private key relative to the project"
        ) from None


def _tls_keys() -> dict[str, str]:
    """Private keys by the name of their certificate; no error shows any of the value."""
    name = f"{PROJECT}:tlsKeys"
    given = CONFIG.get().get(name)
    if given is None:
        return {}
    set_keys = f"set each with `pulumi config set --secret --path '{name}.NAME' < key.pem`"
    if not is_config_secret(name):
        raise SettingsError(f"{name} is in clear in the stack file: take it out; {set_keys}")
    try:
        return _KEYS.validate_json(given)
    except ValidationError:
        raise SettingsError(
            f"{name} is not an object of names and private keys: {set_keys}"
        ) from None


def _plain(name: str, value: str) -> object:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise SettingsError(
            f"{PROJECT}:{name} is {value!r}: not an object; see docs/settings.md for its fields"
        ) from None
