"""How nginx.conf is laid out: the templates need not care."""


def indented(text: str) -> str:
    """The same with two spaces for each open brace, and empty lines between large blocks alone.

    A line opens a block with its last character and closes one with its first; a quoted argument
    never holds a line break (quoting.py). A line that continues a directive begins with a quote.
    """
    lines: list[str] = []
    depth = 0
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("}"):
            depth -= 1
        before = lines[-1] if lines else "{"
        if line == "}" and before == "":
            lines.pop()
        if line or (before and depth <= 1 and not before.endswith("{")):
            continued = 1 if line.startswith("'") else 0
            lines.append("  " * (depth + continued) + line if line else "")
        if line.endswith("{"):
            depth += 1
    return "\n".join(lines).rstrip() + "\n"
