"""Strings as arguments of nginx directives: none can end its argument or start another one."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def quoted(text: str) -> str:
    """The argument for a directive that expands no variables, such as `location`.

    Raises ValueError for a NUL, which no configuration file can hold.
    """
    if "\0" in text:
        raise ValueError(f"{text!r} has a NUL: nginx.conf cannot hold it; remove it")
    return f'"{text.translate(_ESCAPES)}"'


def constant(text: str) -> str:
    """The argument for a directive that expands variables, where the text shall have none.

    Raises ValueError for a `$`, which nginx knows no escape for.
    """
    if "$" in text:
        raise ValueError(f"{text!r} has a $: nginx would expand a variable; remove it")
    return quoted(text)
