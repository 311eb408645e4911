"""What every part of the model shares: frozen, unknown keys refused, camelCase outside."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """A frozen value with keyword arguments; settings and outputs spell its fields in camelCase."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )


def refuse(setting: str, value: object, limit: str, fix: str) -> ValueError:
    """An error that names the setting, its value, the limit it breaks and what to do."""
    return ValueError(f"{setting} is {value!s}: {limit}; {fix}")
