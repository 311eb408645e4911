"""The one error of this package."""

from pathlib import Path


class PartError(Exception):
    """A part could not be had. The message names the part, the step, its log and the fix."""

    def __init__(
        self,
        part: str,
        problem: str,
        *,
        fix: str,
        command: str | None = None,
        log: Path | None = None,
    ) -> None:
        self.part = part
        self.problem = problem
        self.command = command
        self.log = log
        self.fix = fix
        lines = [f"{part}: {problem}"]
        if command:
            lines.append(f"  command: {command}")
        if log:
            lines.append(f"  log:     {log}")
        lines.append(f"  fix:     {fix}")
        super().__init__("\n".join(lines))
