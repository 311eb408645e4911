"""Which Python interpreter runs a program or a policy pack."""

import os
import shutil
from pathlib import Path

import grpc
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto.language_pb2 import ProgramInfo


class InterpreterError(Exception):
    """No interpreter: the message names the option, its value and the fix."""


def interpreter(info: ProgramInfo) -> Path:
    """The interpreter of the project file's `runtime.options.virtualenv`, else `python3` on PATH.

    A relative `virtualenv` counts from the folder of the project file, as with the official host.
    Raises `InterpreterError`.
    """
    option = MessageToDict(info.options).get("virtualenv")
    if not option:
        found = shutil.which("python3")
        if found is None:
            raise InterpreterError(
                "no python3 on PATH: install Python 3, or set runtime.options.virtualenv"
            )
        return Path(found)
    python = Path(info.root_directory, str(option), "bin", "python")
    if not python.exists():
        raise InterpreterError(
            f"the 'virtualenv' option is set to {option!r}, but {python} does not exist:"
            " create the virtual environment and install the requirements into it"
        )
    return python


def environment(python: Path) -> dict[str, str]:
    """The child's environment: as if the interpreter's virtual environment were activated."""
    variables = dict(os.environ)
    if python.parent.parent.joinpath("pyvenv.cfg").exists():
        variables["VIRTUAL_ENV"] = str(python.parent.parent)
        variables["PATH"] = f"{python.parent}{os.pathsep}{variables.get('PATH', '')}"
        variables.pop("PYTHONHOME", None)
    return variables


def interpreter_or_abort(info: ProgramInfo, context: grpc.ServicerContext) -> Path:
    """`interpreter`, or the call ends with the reason as its error."""
    try:
        return interpreter(info)
    except InterpreterError as problem:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        raise
