"""No private key or password stands in a command, its environment or its triggers."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from .facts.plain import Plain, Unknown
from .facts.resource import Resource, of_type
from .pack.limits import Limits
from .pack.policy import resource_policy
from .pack.rule import Rule, said

COMMAND_TYPES = ("command:remote:Command", "command:local:Command")
PROPERTIES = ("create", "update", "delete", "environment", "triggers")

RULE = Rule(
    name="no-secret-in-command",
    checks="No private key or password stands in a command's text, environment or triggers.",
    fix="Hand the secret over in `stdin` with logging off, or write it to a file of its own.",
    source="https://github.com/pulumi/pulumi-command/issues/260",
    severity=Severity.CRITICAL,
    raw=True,
)

_NAME = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|credentials?)"
_NAMED = re.compile(
    rf"(?!(?:old)?pwd$)(?:.*[_.-])?(?!.*nopass){_NAME}|\w*(?:password|passphrase)", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"""["']?(?:\$|<|\{\{|%|\*{2,}|`|(?:true|false|yes|no|none|null)\b|["']?\s*$)""", re.IGNORECASE
)
_ASSIGNMENT = re.compile(r"(?<![\w$])(?P<name>[A-Za-z][\w.-]*)[\"']?=(?P<value>\S.*)")
_ENTRY = re.compile(
    r"""(?<![\w$])(?P<name>[A-Za-z][\w.-]*)["']?\s*:\s+"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s"',}]+)\s*(?:$|[,}"'#>|])"""
)
_OPTION = re.compile(r"--(?P<name>[a-z][a-z-]*)\s+(?P<value>[^\s-]\S*)")

PATTERNS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@$]+:[^\s/@$<{]+@"),
    "a password for sshpass": re.compile(r"\bsshpass\s+-p\s*[^\s$]"),
    "a password for chpasswd": re.compile(
        r"\b(?:echo|printf)\b[^|\n$]*:[^|\n$]*\|\s*(?:sudo\s+)?chpasswd"
    ),
    "a bearer token": re.compile(r"\bBearer\s+[A-Za-z0-9._~+/-]{8,}"),
    "an AWS access key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
}


def secrets_in(text: str) -> list[str]:
    """What looks like a secret in a text, and in which line; never the value itself.

    A reference (`$VARIABLE`, `$(command)`, `<placeholder>`, `{{ template }}`) is no secret.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in PATTERNS.items():
            if pattern.search(line):
                found[f"{what} in line {number}"] = None
        for pattern in (_ASSIGNMENT, _ENTRY, _OPTION):
            for name in _assigned(pattern, line):
                found[f"a literal value for `{name}` in line {number}"] = None
    return list(found)


def secret_entry(name: str, value: str) -> bool:
    """Whether an environment variable is named like a secret and has a literal value."""
    return bool(_NAMED.fullmatch(name)) and not _REFERENCE.match(value)


def check(resource: Resource, limits: Limits) -> Iterator[str]:
    """A violation per property that holds something like a secret."""
    for prop in PROPERTIES:
        if not resource.facts.has(prop) or not resource.facts.known(prop):
            continue
        value = resource.facts.value
        if isinstance(value, dict):
            for path, what in _walk(resource, prop, value[prop]):
                yield said(
                    path,
                    f"holding {what}",
                    "failures and previews print it in full",
                    "hand it over in `stdin` as a secret, with logging off",
                )


def _assigned(pattern: re.Pattern[str], line: str) -> Iterator[str]:
    """Names of secrets that a line gives a literal value; assignments may follow one another."""
    position = 0
    while match := pattern.search(line, position):
        if secret_entry(match["name"], match["value"]):
            yield match["name"]
        position = match.start("value")


def _walk(resource: Resource, path: str, value: Plain) -> Iterator[tuple[str, str]]:
    if isinstance(value, Unknown):
        resource.facts.gaps.unknown[path] = None
    elif isinstance(value, str):
        for what in secrets_in(value):
            yield path, what
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(resource, f"{path}[{index}]", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and secret_entry(key, item):
                yield f"{path}.{key}", "a literal value"
            else:
                yield from _walk(resource, f"{path}.{key}", item)


POLICY = resource_policy(RULE, (of_type(*COMMAND_TYPES), check))
