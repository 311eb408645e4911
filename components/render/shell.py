"""How POSIX shell scripts are rendered: templates beside the code, every value quoted."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def shell_environment(templates: Path) -> Environment:
    """A Jinja2 environment for `*.sh.j2` files in which a missing value is an error.

    Templates put values in with the `quote` filter only, so that no value can end its word.
    """
    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - shell, not HTML: `quote` is the escape
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = cast(dict[str, Callable[..., str]], environment.filters)  # pyright: ignore[reportUnknownMemberType] - Jinja2 leaves it untyped
    filters.update(quote=_quote, quote_all=_quote_all)
    return environment


def _quote(value: object) -> str:
    return shlex.quote(str(value))


def _quote_all(values: list[object]) -> str:
    return " ".join(_quote(value) for value in values)
