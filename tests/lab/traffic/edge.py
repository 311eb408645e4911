"""One load-balancer node with a real engine, fed by the same plan as a host."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from components.model.load_balancer import LoadBalancer
from components.render.host import host_plan
from components.render.layout import CURRENT, ROOT
from components.render.plan import HostPlan
from lab.drill.waiting import wait_until
from lab.fabric.namespaces import entered
from lab.removal.namespaces import processes_inside
from lab.removal.processes import end_all
from tests.lab.traffic.engines import engine_service, launch
from tests.lab.traffic.release import Releases
from tests.lab.traffic.sandbox import Sandbox
from tests.lab.traffic.syslog import Syslog
from tests.lab.traffic.workers import listening, workers

START_TIMEOUT_S = 10.0
"""Patience with a start or a reload, which take about 0.1 s on an idle machine."""


class EdgeError(RuntimeError):
    """The engine refused its configuration or ended."""


class Edge:
    """The engine of one node; `stop` ends it. At most one at a time per node."""

    def __init__(
        self,
        lb: LoadBalancer,
        secrets: Mapping[str, str],
        *,
        node: str,
        namespace: Path,
        folder: Path,
        syslog: Syslog,
    ) -> None:
        """Validates and starts it, and waits until it serves. Raises EdgeError."""
        self.syslog = syslog
        self._node = node
        self._namespace = namespace
        self._output = folder / "output"
        self._sandbox = Sandbox(namespace=namespace, files=folder / "files", log=syslog.path)
        self._releases = Releases(self._sandbox.files)
        self._secrets = secrets
        self._plan = self.switch(lb, secrets)
        self._launch = launch(self._plan)
        self._process = self._start()

    def reload(self, lb: LoadBalancer, secrets: Mapping[str, str] | None = None) -> None:
        """Has the running engine take up `lb`, as the transaction on a host does.

        Returns when the new configuration answers and the replaced workers listen no more; they
        finish what they accepted. Raises EdgeError when the configuration is refused (the engine
        then goes on as it was) or when a host would have to restart for it.
        """
        self._secrets = self._secrets if secrets is None else secrets
        self._plan = self.switch(lb, self._secrets)
        if launch(self._plan) != self._launch:
            raise EdgeError("a host restarts the engine for this change: use restart()")
        replaced = workers(self._process.pid)
        for script in self._launch.before_reload:
            inside = ["nsenter", f"--target={self._process.pid}", "--mount", "--net"]
            subprocess.run([*inside, "sh", script], check=False)
        self._process.send_signal(self._launch.reload_signal)
        self._wait_for_revision()
        wait_until(
            "the replaced workers listen no more",
            lambda: not any(listening(worker) for worker in replaced),
            START_TIMEOUT_S,
        )

    def restart(self, lb: LoadBalancer, secrets: Mapping[str, str] | None = None) -> None:
        """Ends the engine and starts it with `lb`. Raises EdgeError."""
        self._secrets = self._secrets if secrets is None else secrets
        self._plan = self.switch(lb, self._secrets)
        self._launch = launch(self._plan)
        self.stop()
        self._process = self._start()

    def get(self, url: str, **options: Any) -> httpx.Response:
        """A request from the node itself, for example to its statistics page on loopback."""
        with entered(self._namespace):
            return httpx.get(url, trust_env=False, **options)

    @property
    def plan(self) -> HostPlan:
        """What the host would be given."""
        return self._plan

    @property
    def master(self) -> int:
        """Pid of the engine's master."""
        return self._process.pid

    def file(self, path: str) -> Path:
        """A file as the engine sees it, for example its log."""
        return Path(f"/proc/{self._process.pid}/root{path}")

    @property
    def output(self) -> str:
        """What the engine wrote to its terminal, over all its starts."""
        return self._output.read_text(errors="replace")

    def stop(self) -> None:
        """Kills the engine: everybody in the edge's namespace."""
        end_all(lambda: processes_inside([self._namespace]))
        self._process.wait()

    def switch(self, lb: LoadBalancer, secrets: Mapping[str, str]) -> HostPlan:
        """Validates the files of `lb` and makes them the current ones; the engine is told nothing.

        Raises EdgeError when the engine would refuse them.
        """
        node = next(n for n in lb.nodes if n.name == self._node)
        plan = host_plan(lb, node)
        release = self._releases.stage(plan, secrets)
        self._validate(plan, f"{ROOT}/{release}")
        self._releases.switch(release)
        return plan

    def _validate(self, plan: HostPlan, release: str) -> None:
        command = engine_service(plan).validate.replace("{release}", release)
        with self._output.open("ab") as output:
            asked = self._sandbox.start(("sh", "-c", command), {}, output)
            if asked.wait(START_TIMEOUT_S) != 0:
                raise EdgeError(f"the engine refuses {CURRENT}: {self.output}")

    def _start(self) -> subprocess.Popen[bytes]:
        with self._output.open("ab") as output:
            process = self._sandbox.start(self._launch.argv, self._launch.environment, output)
        self._process = process
        try:
            self._wait_for_revision()
        except BaseException:
            self.stop()
            raise
        return process

    def _wait_for_revision(self) -> None:
        wait_until(
            f"{self._plan.revision_url} tells {self._plan.revision}",
            self._runs_revision,
            START_TIMEOUT_S,
        )

    def _runs_revision(self) -> bool:
        if self._process.poll() is not None:
            raise EdgeError(f"the engine ended: {self.output}")
        try:
            return (
                self.get(self._plan.health_url).status_code == httpx.codes.OK
                and self.get(self._plan.revision_url).text.strip() == self._plan.revision
            )
        except httpx.TransportError:
            return False
