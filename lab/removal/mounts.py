"""Removes mounts below a folder, deepest first."""

import re
from pathlib import Path

from lab.commands import CommandError, run

_OCTAL = re.compile(r"\\([0-7]{3})")


def mounts_below(folder: Path, mountinfo: str | None = None) -> list[Path]:
    """Mount points at or below `folder`, later mounts first (proc_pid_mountinfo(5))."""
    text = Path("/proc/self/mountinfo").read_text() if mountinfo is None else mountinfo
    points = [
        Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), line.split()[4]))
        for line in text.splitlines()
    ]
    root = folder.resolve()
    return [point for point in reversed(points) if point.is_relative_to(root)]


def remove_mounts(folder: Path) -> int:
    """Unmounts everything below `folder`; how many mounts that were.

    A mount that somebody outside the lab still uses (a shell standing in it) leaves the folder
    tree at once and goes when its user does. Raises CommandError when even that is refused.
    """
    removed = 0
    for point in mounts_below(folder):
        try:
            run(["umount", str(point)])
        except CommandError:
            run(["umount", "--lazy", str(point)])
        removed += 1
    return removed
