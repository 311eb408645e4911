"""Renders the transaction that brings secret files to a host."""

from collections.abc import Mapping

from components.render.transaction.content import heredoc
from components.render.transaction.paths import HostPaths
from components.render.transaction.transaction import TEMPLATES


def render_secrets_transaction(files: Mapping[str, str], paths: HostPaths | None = None) -> str:
    """A script for `RUN_SCRIPT`; the text itself is secret.

    Writes `files` (by file name) readable by root alone, which is who reads an engine's
    configuration before it drops its privileges. Prints `secrets=REFERENCE`: a digest keyed with a
    random key that never leaves the host, so the reference says nothing about the content.
    Changes no service. Raises ValueError for a name that is not a plain file name.
    """
    for name in files:
        if "/" in name or name in {"", ".", ".."}:
            raise ValueError(f"secret file {name!r} must be a plain file name, without a folder")
    return TEMPLATES.get_template("secrets.sh.j2").render(
        files=dict(sorted(files.items())), heredoc=heredoc, paths=paths or HostPaths()
    )
