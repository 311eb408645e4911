"""The one change of a host: a script that stages, validates, switches, verifies, rolls back."""

from components.render.transaction.family import FAMILIES, HostFamily
from components.render.transaction.outputs import HostFacts, parse_outputs, parse_secrets_reference
from components.render.transaction.paths import HostPaths
from components.render.transaction.removal import render_removal
from components.render.transaction.secrets import render_secrets_transaction
from components.render.transaction.transaction import RUN_SCRIPT, render_transaction

__all__ = [
    "FAMILIES",
    "RUN_SCRIPT",
    "HostFacts",
    "HostFamily",
    "HostPaths",
    "parse_outputs",
    "parse_secrets_reference",
    "render_removal",
    "render_secrets_transaction",
    "render_transaction",
]
