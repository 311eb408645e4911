"""How the tests of hosts apply a transaction and wait for what it does."""

import subprocess
import time
from collections.abc import Callable

from components.render.transaction import RUN_SCRIPT
from tests.lab.hosts.bench import Bench
from tests.lab.hosts.plans import VIP

CURRENT = "readlink /etc/k8s-ha-lb/current"
STATE = "cd /etc/k8s-ha-lb && find . | sort && readlink current"


def apply(machine: Bench, script: str, host: str = "lb1") -> subprocess.CompletedProcess[str]:
    started = time.monotonic()
    result = machine.apply(script, host)
    print(f"transaction: {time.monotonic() - started:.1f} s, status {result.returncode}")
    return result


def must_apply(machine: Bench, script: str, host: str = "lb1") -> None:
    result = apply(machine, script, host)
    assert result.returncode == 0, result.stderr


def kill_in_the_middle(machine: Bench, script: str, said: str) -> None:
    """Starts a transaction and kills it with SIGKILL once it switched and its log says `said`."""
    before = machine.ask(CURRENT)
    process = machine.popen(RUN_SCRIPT)
    assert process.stdin is not None
    process.stdin.write(script)
    process.stdin.close()
    wait_for("the switch", lambda: machine.ask(CURRENT) != before, 60)
    wait_for(said, log_says(machine, said), 30)
    machine.ask("kill -9 $(fuser /run/k8s-ha-lb.lock 2>/dev/null || pgrep -x sh)")
    process.wait(30)
    assert machine.ask(CURRENT) != before


def wait_for(what: str, condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def holders(machine: Bench, hosts: tuple[str, ...]) -> list[str]:
    shown = f"ip -o address show to {VIP}"
    return [host for host in hosts if machine.ask(shown, host)]


def log_says(machine: Bench, text: str) -> Callable[[], bool]:
    return lambda: machine.run(f"grep -qF '{text}' /var/log/k8s-ha-lb.log").returncode == 0
