"""The real `pulumi` command on a project of its own, with a file backend."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PYTHON = Path(sys.executable)


class PulumiError(AssertionError):
    """`pulumi` ended with another code than expected; the message is everything it printed."""


@dataclass(frozen=True, kw_only=True)
class PulumiCli:
    """Runs `pulumi` in `project` on one stack; every method raises `PulumiError` on failure.

    Nothing of the operator is touched: backend, passphrase and home are the project's own.
    """

    pulumi: Path
    project: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stack: str = "test"

    def run(
        self,
        *arguments: str,
        expect: int | None = 0,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 300,
    ) -> str:
        """Any command, such as `run("stack", "ls")`; returns its output, both streams in order."""
        finished = subprocess.run(
            [str(self.pulumi), *arguments, "--non-interactive", "--color=never"],
            cwd=self.project,
            env={**os.environ, **self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if expect is not None and finished.returncode != expect:
            raise PulumiError(
                f"pulumi {' '.join(arguments)} ended with {finished.returncode},"
                f" expected {expect}:\n{finished.stdout}"
            )
        return finished.stdout

    def fails(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Any command that must fail; returns what it printed."""
        output = self.run(*arguments, expect=None, env=env)
        if "error:" not in output:
            raise PulumiError(f"pulumi {' '.join(arguments)} did not fail:\n{output}")
        return output

    def init(self) -> None:
        self.run("stack", "init", self.stack)

    def preview(self, *arguments: str, **keywords: Any) -> str:
        return self.run("preview", f"--stack={self.stack}", *arguments, **keywords)

    def up(self, *arguments: str, **keywords: Any) -> str:
        return self.run(
            "up", f"--stack={self.stack}", "--yes", "--skip-preview", *arguments, **keywords
        )

    def destroy(self, *arguments: str, **keywords: Any) -> str:
        return self.run(
            "destroy", f"--stack={self.stack}", "--yes", "--skip-preview", *arguments, **keywords
        )

    def output(self, name: str) -> Any:
        """One stack output, secrets shown."""
        return self.outputs()[name]

    def outputs(self) -> dict[str, Any]:
        return self.json("stack", "output", f"--stack={self.stack}", "--json", "--show-secrets")

    def json(self, *arguments: str) -> Any:
        """The output of a command, parsed."""
        return json.loads(self.run(*arguments))

    def preview_steps(self, *arguments: str) -> list[dict[str, Any]]:
        """The planned steps, each with `op` and `urn`, of `preview --json`."""
        output = self.preview("--json", *arguments)
        return json.loads(output[output.index("{") :])["steps"]


def write_project(folder: Path, *, name: str, program: str) -> None:
    """A Pulumi.yaml that runs `program` with the interpreter of the tests."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(
        f"name: {name}\n"
        "runtime:\n"
        "  name: python\n"
        f"  options: {{toolchain: pip, virtualenv: {PYTHON.parent.parent}}}\n"
    )
    (folder / "__main__.py").write_text(program)
