"""Strings in haproxy.cfg: whatever they hold, they stay one word in their place."""

import re
import string

from components.render.layout import ENGINE_FOLDER

_PLAIN = frozenset((string.ascii_letters + string.digits + "-_.,:;/@=+*()[]<>~?&!|%^").encode())
"""What HAProxy takes as it is, between words and in double quotes (manual, section 2.2)."""

_BARE_ARGUMENT = re.compile(r"[A-Za-z0-9_.-]+")


def word(text: str | bytes) -> str:
    """One word: every other byte is written as `\\xHH`, which HAProxy reads back as that byte.

    Raises ValueError for a zero byte, which would end the word, and for an empty string, which
    HAProxy takes for the end of the line.
    """
    if not text:
        raise ValueError("an empty string is no word of haproxy.cfg; leave the directive out")
    return _escaped(text)


def argument(text: str) -> str:
    """An argument of a sample fetch or converter, for use inside `word`: quoted once more."""
    if _BARE_ARGUMENT.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def constant(text: str) -> str:
    """A sample expression whose value is `text`."""
    return word(f"str({argument(text)})")


def literal(text: str) -> str:
    """`text` in a log format, for use inside `word`: no `%` in it is a variable."""
    return text.replace("%", "%%")


def beside(path: str) -> str:
    """A file of the engine's folder; HAProxy expands variables in double quotes."""
    return f'"${{{ENGINE_FOLDER}}}/{_escaped(path)}"'


def _escaped(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    if 0 in raw:
        raise ValueError(f"{text!r} has a zero byte: no word of haproxy.cfg can; remove it")
    return "".join(chr(byte) if byte in _PLAIN else f"\\x{byte:02x}" for byte in raw)
