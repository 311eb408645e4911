"""The commands of docs/lab.md work as they are written there."""

import re
import subprocess

import pytest

from lab.state import CHECKOUT, Lab

_DOCUMENT = CHECKOUT / "docs" / "lab.md"
_COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", _DOCUMENT.read_text(), re.DOTALL)
    for line in block.splitlines()
]


def test_the_document_has_commands() -> None:
    assert len(_COMMANDS) >= 5


def test_every_command_of_the_document_succeeds_in_its_order(lab: Lab) -> None:
    for command in _COMMANDS:
        program, sub, *rest = command.split()
        done = subprocess.run(
            [str(CHECKOUT / program), sub, *_named(rest, lab.name)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode != 0:
            pytest.fail(f"{command}: status {done.returncode}: {done.stderr or done.stdout}")


_OF_NO_LAB = ["fault", "list"]
"""Tells what there is, whatever the lab."""


def _named(words: list[str], name: str) -> list[str]:
    """The words with `--name`, which subcommands take before a `--` or at the end."""
    if words == _OF_NO_LAB:
        return words
    at = words.index("--") if "--" in words else len(words)
    return [*words[:at], "--name", name, *words[at:]]
