"""How file contents travel inside a script: readable, unchanged, and named by their digest."""

import hashlib

from components.render.plan import HostPlan, ManagedFile

_DELIMITER = "END_OF_FILE"


def heredoc(path: str, content: str) -> str:
    """Shell text that writes exactly the UTF-8 bytes of `content` to `path` (a shell word).

    Raises ValueError for a NUL character, which no shell can carry.
    """
    if "\0" in content:
        raise ValueError(f"{path} holds a NUL character: a managed file is text; remove it")
    # A heredoc always ends in a line break: take off the one that the content lacks.
    whole = content.endswith("\n")
    body = content if whole else f"{content}\n"
    if _is_plain(body):
        read = "cat" if whole else "head -c -1"
        return f"{read} > {path} <<'{_DELIMITER}'\n{body}{_DELIMITER}\n"
    marked = "".join(f"|{line}\n" for line in body[:-1].split("\n"))
    shorten = "" if whole else " | head -c -1"
    return f"sed 's/^|//' <<'{_DELIMITER}'{shorten} > {path}\n{marked}{_DELIMITER}\n"


def _is_plain(body: str) -> bool:
    """Whether no line can be taken for the delimiter, or for its beginning.

    dash 0.5.12 loses a byte above 127 right after the beginning of the delimiter in a line.
    """
    lines = body.split("\n")
    if body.isascii():
        return _DELIMITER not in lines
    return not any(line.startswith(_DELIMITER[0]) for line in lines)


def file_digest(file: ManagedFile) -> str:
    """sha256 of the file as it lies on the host, in hexadecimal."""
    return hashlib.sha256(file.content.encode()).hexdigest()


def release_digest(plan: HostPlan, secrets_reference: str | None) -> str:
    """The name of a release: the same files, modes and secrets have the same name on every host."""
    digest = hashlib.sha256()
    for file in sorted(plan.files, key=lambda f: f.path):
        digest.update(f"{file.path}\0{file.mode:o}\0{file_digest(file)}\0".encode())
    digest.update((secrets_reference or "").encode())
    return digest.hexdigest()[:16]
