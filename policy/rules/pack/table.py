"""The documentation's table of the rules.

`python -m policy.rules.pack.table docs/policies.md` puts the present one into the page.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from ..catalogue import RULES
from .limits import Limit
from .rule import Rule

BEGIN = "<!-- rules: written by `python -m policy.rules.pack.table docs/policies.md` -->"
END = "<!-- end of rules -->"


def table() -> str:
    """A row per rule: name, level, what it checks, its limits with their defaults, its source."""
    head = ("rule", "level", "checks", "default limit", "source")
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *_rows()))


def renewed(page: str) -> str:
    """The page with the present table between its two marks; raises ValueError without them."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no {BEGIN} ... {END}; add both marks")
    return f"{before}{BEGIN}\n{table()}{end}{after}"


def _rows() -> Iterable[tuple[str, ...]]:
    for rule in RULES:
        level = f"{rule.level.value}, raw" if rule.raw else rule.level.value
        yield f"`{rule.name}`", level, rule.checks, _limits(rule), f"[source]({rule.source})"


def _limits(rule: Rule) -> str:
    return "<br>".join(_limit(limit) for limit in rule.limits) or "-"


def _limit(limit: Limit) -> str:
    default = ", ".join(limit.default) if isinstance(limit.default, list) else limit.default
    return f"`{limit.name}` {'none' if default is None else default}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text()))
