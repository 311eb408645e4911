"""Reading plain facts: what is unknown, missing or of another type is remembered, never passed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
    ip_interface,
)
from typing import TypeVar

from .plain import Plain, Unknown

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Read = TypeVar("Read")


@dataclass
class Gaps:
    """What a rule wanted to know and could not, each path once, in the order of reading."""

    unknown: dict[str, None] = field(default_factory=dict[str, None])
    missing: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Facts:
    """One place in a resource's facts.

    Every reading method gives none when the value is not known yet or missing, and remembers it in
    `gaps`: a rule skips what it cannot judge and the gap is reported for it.
    """

    value: Plain
    path: str
    gaps: Gaps

    def has(self, key: str) -> bool:
        """Whether the value is given: present and not null. One that is not known yet counts."""
        return self._get(key) is not None

    def null(self, key: str) -> bool:
        """Whether the value is given as null, which says something, unlike one left out."""
        return isinstance(self.value, dict) and key in self.value and self.value[key] is None

    def settled(self, key: str) -> bool:
        """Whether nothing in the value is still to be known."""
        return not _waits(self._get(key))

    def known(self, key: str) -> bool:
        """Whether the value may be read; remembers one that is not known yet."""
        value = self._get(key)
        if isinstance(value, Unknown):
            self.gaps.unknown[value.path] = None
            return False
        return True

    def child(self, key: str) -> "Facts | None":
        """The object under `key`."""
        if not self.known(key):
            return None
        value = self._get(key)
        if not isinstance(value, dict):
            self._misses(key, value, "an object")
            return None
        return Facts(value, self._at(key), self.gaps)

    def children(self, key: str) -> list["Facts"] | None:
        """The elements of the list under `key`, known or not: their number is what counts."""
        if not self.known(key):
            return None
        value = self._get(key)
        if not isinstance(value, list):
            self._misses(key, value, "a list")
            return None
        path = self._at(key)
        return [Facts(item, f"{path}[{i}]", self.gaps) for i, item in enumerate(value)]

    def text(self, key: str) -> str | None:
        """The text under `key`."""
        return self._read(key, str, "text")

    def flag(self, key: str) -> bool | None:
        """The boolean under `key`."""
        return self._read(key, bool, "true or false")

    def number(self, key: str) -> float | None:
        """The number under `key`."""
        value = self._read(key, (int, float), "a number")
        if isinstance(value, bool):
            self.gaps.missing[self._at(key)] = "is not a number"
            return None
        return value

    def texts(self, key: str) -> list[str] | None:
        """The texts of the list under `key`."""
        found = self.children(key)
        if found is None:
            return None
        parts = [Facts({"": each.value}, each.path, self.gaps).text("") for each in found]
        return [text for text in parts if text is not None]

    def address(self, key: str) -> Address | None:
        """The IP address under `key`."""
        return self._parsed(key, ip_address, "an IP address")

    def time(self, key: str) -> datetime | None:
        """The ISO 8601 time with zone under `key`."""
        return self._parsed(key, _with_zone, "an ISO 8601 time with zone")

    def address_text(self) -> Interface | None:
        """This place itself as an address with prefix length."""
        parent = Facts({"": self.value}, self.path, self.gaps)
        return parent._parsed("", ip_interface, "an address with prefix length")

    def _parsed(self, key: str, parse: Callable[[str], Read], what: str) -> Read | None:
        text = self.text(key)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError:
            self.gaps.missing[self._at(key)] = f"is not {what}"
            return None

    def _get(self, key: str) -> Plain:
        if isinstance(self.value, dict):
            return self.value.get(key)
        return self.value if isinstance(self.value, Unknown) else None

    def _read(self, key: str, kind: type[Read] | tuple[type[Read], ...], what: str) -> Read | None:
        if not self.known(key):
            return None
        value = self._get(key)
        if isinstance(value, kind):
            return value
        self._misses(key, value, what)
        return None

    def _misses(self, key: str, value: Plain, what: str) -> None:
        self.gaps.missing[self._at(key)] = "is missing" if value is None else f"is not {what}"

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}".strip(".")


def _with_zone(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("no zone")
    return time


def _waits(value: Plain) -> bool:
    if isinstance(value, dict):
        return any(_waits(item) for item in value.values())
    if isinstance(value, list):
        return any(_waits(item) for item in value)
    return isinstance(value, Unknown)
