"""Nothing of the prober outlives the process that started it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lab.processes import identify, wait_until_gone
from tests.lab.prober.endpoint import ROOT, Endpoint

START_AND_WAIT = """
import sys
from lab.prober.probe import Probe
from lab.prober.run import Prober
with Prober(None, Probe(target="127.0.0.1", port=int(sys.argv[1]), mode="tcp")) as prober:
    print(prober.pid, flush=True)
    sys.stdin.read()
"""


def test_the_prober_ends_when_the_process_that_started_it_is_killed(
    serve: Callable[..., Endpoint], port: int, tmp_path: Path
) -> None:
    serve(tls=False)
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(port)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as starter:
        assert starter.stdout is not None
        prober = identify(int(starter.stdout.readline()))
        assert prober is not None
        starter.kill()
    wait_until_gone([prober], timeout_s=10)
