"""docs/engines.md: what each engine does, from the model's capabilities.

`python -m components.render.parity_table docs/engines.md` puts the present table into the page.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from components.model.capabilities import CAPABILITIES, Engine
from components.model.feature import Feature

BEGIN = "<!-- parity: written by `python -m components.render.parity_table docs/engines.md` -->"
END = "<!-- end of parity -->"


def parity_table() -> str:
    """A row per feature, a column per engine; then why one is missing, what to set instead, and
    where an engine differs from what one may expect."""
    head = ("feature", *(engine.value for engine in Engine))
    rows = (head, ["---"] * len(head), *(_row(feature) for feature in Feature))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    for title, told in (("What is missing", _missing()), ("Notes", _notes())):
        lines += ["", f"## {title}", *told]
    return "\n".join(lines) + "\n"


def renewed(page: str) -> str:
    """The page with the present table between its two marks; raises ValueError without them."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no {BEGIN} ... {END}; add both marks")
    return f"{before}{BEGIN}\n{parity_table()}{end}{after}"


def _row(feature: Feature) -> list[str]:
    return [feature.value, *(_cell(engine, feature) for engine in Engine)]


def _cell(engine: Engine, feature: Feature) -> str:
    can = CAPABILITIES[engine]
    if not can.has(feature):
        return "no"
    return "yes, see notes" if feature in can.notes else "yes"


def _missing() -> Iterator[str]:
    for engine in Engine:
        for feature, missing in CAPABILITIES[engine].missing.items():
            yield f"- {feature.value}, {engine.value}: {missing.why}. Instead: {missing.instead}."


def _notes() -> Iterator[str]:
    for engine in Engine:
        for feature, note in CAPABILITIES[engine].notes.items():
            yield f"- {feature.value}, {engine.value}: {note}."


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text()))
