"""Reads the running stack's configuration: settings checked, secrets kept secret."""

import json
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from components.loadbalancer.secrets import LoadBalancerSecrets, require_secrets
from components.model.load_balancer import LoadBalancer
from stacks.errors import SettingsError
from stacks.settings import SECRETS, Settings, parse_settings

PROJECT = "k8s-ha-lb"


def load_settings(project: Path) -> Settings:
    """The stack's settings; raises SettingsError that names every wrong one."""
    prefix = f"{PROJECT}:"
    raw: dict[str, object] = {}
    for key, value in CONFIG.get().items():
        name = key.removeprefix(prefix)
        if key.startswith(prefix):
            raw[name] = None if name in SECRETS else _plain(name, str(value))
    return parse_settings(raw, project)


def load_secrets(lb: LoadBalancer) -> LoadBalancerSecrets:
    """The secrets of the load balancer; raises SettingsError when one that it needs is not set."""
    config = pulumi.Config(PROJECT)
    secrets = LoadBalancerSecrets(
        stats_password=config.get_secret("statsPassword"),
        health_check_certificate=config.get_secret("healthCheckCertificate"),
    )
    try:
        require_secrets(lb, secrets)
    except ValueError as error:
        raise SettingsError(str(error)) from None
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


def _plain(name: str, value: str) -> object:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise SettingsError(
            f"{PROJECT}:{name} is {value!r}: not an object; see docs/settings.md for its fields"
        ) from None
