"""One run of one command: what it needs, what it gives, how its output is collected."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field


class CommandError(Exception):
    """The command failed; the message is what the official plugin would say."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command line with its standard input and its previous output."""

    command: str
    stdin: str | None
    environment: dict[str, str] = field(default_factory=dict[str, str])
    logging: str = "stdoutAndStderr"
    """One of stdout, stderr, stdoutAndStderr, none: what is shown while it runs."""


@dataclass
class Output:
    """Collects standard output and standard error, apart and in order of arrival."""

    order: Order
    show: Callable[[str], None]
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    both: bytearray = field(default_factory=bytearray)

    def write(self, stream: str, data: bytes) -> None:
        (self.stdout if stream == "stdout" else self.stderr).extend(data)
        self.both.extend(data)
        if self.order.logging in (stream, "stdoutAndStderr"):
            for line in data.decode(errors="replace").splitlines():
                self.show(line)

    def result(self) -> dict[str, str]:
        """The outputs `stdout` and `stderr`, without one trailing newline."""
        return {
            name: data.decode(errors="replace").removesuffix("\n")
            for name, data in (("stdout", self.stdout), ("stderr", self.stderr))
        }

    def failure(self, reason: str) -> CommandError:
        """Reason, the command quoted, and everything it printed."""
        quoted = json.dumps(self.order.command, ensure_ascii=False)
        printed = self.both.decode(errors="replace")
        return CommandError(f"{reason}: running {quoted}:\n{printed}")
