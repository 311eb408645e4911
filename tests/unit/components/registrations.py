"""Runs a Pulumi program against a monitor that records every registration as the engine gets it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # the wire's mark of a secret value
_SIGNATURE = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True)
class Registration:
    """One resource as the engine is asked for it."""

    type: str
    name: str
    parent: str
    """Name of the parent; empty for none."""
    inputs: dict[str, Any]
    deleted_with: str
    delete_before_replace: bool
    depends_on: frozenset[str]
    """Names of all resources, direct or through components, that must be ready first."""
    secret_outputs: tuple[str, ...]


class _Answers(pulumi.runtime.Mocks):
    def __init__(self, stdout: dict[str, str]) -> None:
        self.stdout = stdout

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ.endswith(":Command"):
            outputs |= {"stdout": self.stdout.get(args.name, ""), "stderr": ""}
        return f"{args.name}-id", outputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"components call no function, this one calls {args.token}")


class _Recorder(mocks.MockMonitor):
    def __init__(self, answers: pulumi.runtime.Mocks) -> None:
        super().__init__(answers)
        self.registrations: list[Registration] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the protocol's name)
        if request.type != "pulumi:pulumi:Stack":
            self.registrations.append(
                Registration(
                    type=request.type,
                    name=request.name,
                    parent=_name(request.parent),
                    inputs=json_format.MessageToDict(request.object),
                    deleted_with=_name(request.deletedWith),
                    delete_before_replace=request.deleteBeforeReplace,
                    depends_on=frozenset(_name(urn) for urn in request.dependencies),
                    secret_outputs=tuple(request.additionalSecretOutputs),
                )
            )
        return super().RegisterResource(request)


def register(
    program: Callable[[], object], stdout: dict[str, str] | None = None, *, preview: bool = False
) -> dict[str, Registration]:
    """Every resource that `program` registers, by name; `stdout` answers commands by their name."""
    answers = _Answers(stdout or {})
    recorder = _Recorder(answers)
    mocks.set_mocks(answers, preview=preview, monitor=recorder)
    pulumi.runtime.test(lambda: _drop(program()))()
    return {r.name: r for r in recorder.registrations}


def is_secret(value: object) -> bool:
    """Whether a registered input is encrypted in the state and masked in previews."""
    return isinstance(value, dict) and value.get(_SIGNATURE) == SECRET


def plain(value: Any) -> Any:
    """A registered input without its secret mark."""
    return value["value"] if is_secret(value) else value


def _drop(_result: object) -> None:
    return None


def _name(urn: str) -> str:
    return "" if "pulumi:pulumi:Stack" in urn.split("::")[2:3] else urn.rpartition("::")[2]
