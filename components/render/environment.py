"""The one Jinja2 environment: a missing value is an error, output ends in a newline."""

from jinja2 import Environment, PackageLoader, StrictUndefined

_environment = Environment(
    loader=PackageLoader("components.render"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - configuration files, not HTML
)


def render_template(template: str, **values: object) -> str:
    """Text of `templates/<template>`; raises jinja2.UndefinedError for a value not given."""
    return _environment.get_template(template).render(**values)
