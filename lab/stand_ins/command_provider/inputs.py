"""The inputs of both resource types: what is modelled, defaults, which values are secrets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lab.stand_ins.command_provider import values

LOCAL = "command:local:Command"
REMOTE = "command:remote:Command"
UNSUPPORTED = "unsupported by the offline plugin: "

_TEXT, _NUMBER, _FLAG, _LIST, _MAP = str, float, bool, list, dict
_COMMON: dict[str, type] = {
    "create": _TEXT,
    "update": _TEXT,
    "delete": _TEXT,
    "stdin": _TEXT,
    "logging": _TEXT,
    "triggers": _LIST,
    "addPreviousOutputInEnv": _FLAG,
}
PROPERTIES: dict[str, dict[str, type]] = {
    LOCAL: {**_COMMON, "dir": _TEXT, "environment": _MAP, "interpreter": _LIST},
    REMOTE: {**_COMMON, "connection": _MAP},
}
_CONNECTION: dict[str, type] = {
    "host": _TEXT,
    "port": _NUMBER,
    "user": _TEXT,
    "password": _TEXT,
    "privateKey": _TEXT,
    "privateKeyPassword": _TEXT,
    "hostKey": _TEXT,
    "dialErrorLimit": _NUMBER,
    "perDialTimeout": _NUMBER,
}
_CONNECTION_SECRETS = ("password", "privateKey", "privateKeyPassword")
_CONNECTION_DEFAULTS: dict[str, Any] = {
    "user": "root",
    "port": 22,
    "dialErrorLimit": 10,
    "perDialTimeout": 15,
}
LOGGING = ("stdout", "stderr", "stdoutAndStderr", "none")


@dataclass(frozen=True)
class Failure:
    """Why one property is refused."""

    property: str
    reason: str


def check(kind: str, news: dict[str, Any]) -> tuple[dict[str, Any], list[Failure]]:
    """The inputs with defaults filled in and secrets marked, and what is wrong with them."""
    failures = list(_failures("", news, PROPERTIES[kind]))
    inputs = dict(news)
    if kind == REMOTE:
        connection = inputs.get("connection")
        if connection is None:
            failures.append(Failure("connection", "missing required property connection"))
        elif values.plain(connection) != values.UNKNOWN:
            failures += _failures("connection.", values.plain(connection), _CONNECTION)
            inputs["connection"] = _checked_connection(connection)
            if "host" not in values.plain(connection):
                failures.append(Failure("connection.host", "missing required property host"))
    logging = values.plain(inputs.get("logging"))
    if logging is not None and logging != values.UNKNOWN and logging not in LOGGING:
        failures.append(Failure("logging", f"{logging!r} is none of {', '.join(LOGGING)}"))
    return inputs, failures


def _failures(prefix: str, given: dict[str, Any], known: dict[str, type]) -> Iterator[Failure]:
    for name, marked in given.items():
        value = values.plain(marked)
        wanted = known.get(name)
        if wanted is None:
            yield Failure(prefix + name, f"{UNSUPPORTED}property {prefix}{name}")
        elif _has_special(marked):
            yield Failure(prefix + name, f"{UNSUPPORTED}assets and archives in {prefix}{name}")
        elif value != values.UNKNOWN and not isinstance(value, wanted):
            yield Failure(prefix + name, f"{prefix}{name} must be a {wanted.__name__}")


def _checked_connection(connection: Any) -> Any:
    if values.is_secret(connection):
        return {**connection, "value": _checked_connection(connection["value"])}
    checked = {**_CONNECTION_DEFAULTS, **connection}
    for name in _CONNECTION_SECRETS:
        if name in checked:
            checked[name] = values.secret(checked[name])
    return checked


def _has_special(value: Any) -> bool:
    if values.is_special(value):
        return True
    if isinstance(value, dict):
        return any(_has_special(each) for each in value.values())
    return isinstance(value, list) and any(_has_special(each) for each in value)
