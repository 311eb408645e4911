"""The patterns of text settings, told in words."""

from collections.abc import Mapping

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS = rf"({_LABEL}\.)*{_LABEL}"

WORDS: Mapping[str, str] = {
    r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$": "name of 1 to 63 small letters, digits and -, with a"
    " letter first and no - at the end",
    r"^[a-z_][a-z0-9_-]{0,31}$": "name of 1 to 32 small letters, digits, _ and -, with a letter or"
    " _ first",
    r"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,14}$": "name of 1 to 15 letters, digits, _, . and -, with"
    " neither . nor - first",
    r"^[a-zA-Z0-9._-]{1,64}$": "name of 1 to 64 letters, digits, ., _ and -",
    r"^[A-Za-z0-9_-]{1,64}$": "name of 1 to 64 letters, digits, _ and -",
    r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$": "DNS name of small letters, digits, - and .",
    rf"^{_DNS}$": "DNS name of letters, digits, - and .",
    rf"^(\*\.)?{_DNS}$": "DNS name of letters, digits, - and ., or `*.` and such a name",
    r"^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$": "path that begins with / and has letters, digits and"
    " `-._~!$&'()*+,;=:@/` only, others as % and two digits",
    r"^/[!-~]*$": "path that begins with / and has visible ASCII characters without spaces only",
}
"""Pattern of a setting -> what it allows."""


def in_words(pattern: str) -> str:
    """What text the pattern allows; the pattern itself where nobody said it."""
    return WORDS.get(pattern, f"text that matches {pattern}")
