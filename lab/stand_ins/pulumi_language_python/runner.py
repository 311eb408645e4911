"""Runs one Pulumi program inside its own virtual environment.

Started by the language host with the number of a file descriptor that holds the order as JSON:
secrets in the configuration appear neither in the arguments nor in the environment. Uses nothing
but the program's own `pulumi` package.
"""

import asyncio
import json
import os
import runpy
import sys
import traceback
from typing import Any

import grpc
import pulumi
import pulumi.runtime

ALREADY_SHOWN = 32


def _run_program(order: dict[str, Any]) -> bool:
    pulumi.runtime.set_all_config(order["config"], order["secret_keys"])
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=order["monitor"],
            engine=order["engine"],
            project=order["project"],
            stack=order["stack"],
            parallel=order["parallel"],
            dry_run=order["dry_run"],
            organization=order["organization"],
            root_directory=order["root_directory"],
        )
    )
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def program() -> None:
        runpy.run_path(order["program"], run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as problem:
        pulumi.log.error(str(problem))
    except grpc.RpcError as problem:
        # The engine goes away when a resource failed; it has told the operator why.
        if problem.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
            _unhandled()
    except Exception:
        _unhandled()
    else:
        return True
    return False


def _unhandled() -> None:
    text = "".join(traceback.format_exception(*_without_runner()))
    pulumi.log.error("Program failed with an unhandled exception:\n" + text)


def _without_runner() -> tuple[Any, Any, Any]:
    """The current exception, its trace starting at the user's first line."""
    kind, value, trace = sys.exc_info()
    here = (__file__, runpy.__file__, "<frozen runpy>")
    start = trace
    while start is not None:
        name = start.tb_frame.f_code.co_filename
        if (
            name not in here
            and f"{os.sep}pulumi{os.sep}runtime" not in name
            and "asyncio" not in name
        ):
            return kind, value, start
        start = start.tb_next
    return kind, value, trace


def main() -> None:
    with os.fdopen(int(sys.argv.pop(1))) as pipe:
        order = json.load(pipe)
    successful = _run_program(order)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(0 if successful else ALREADY_SHOWN)


if __name__ == "__main__":
    main()
