"""The endpoint as users and operators meet it."""

import json
import subprocess
from math import inf

import pytest

from components.model.budget.fault import Fault
from components.model.capabilities import Engine
from components.model.feature import Feature
from lab.control_plane.kubeconfigs import admin_kubeconfig
from lab.drill.waiting import observe_for
from lab.fabric.namespaces import inside
from lab.hosts import LOAD_BALANCERS
from lab.machines import run_in_machine
from tests.lab.proofs.idle_watch import WATCHED, IdleWatch
from tests.lab.proofs.stack import Settings, StackUnderTest

IDLE_S = 61
"""Longer than `clientMs`, which ends a connection only while it is no tunnel yet."""
WORST = {Engine.HAPROXY: Fault.ENGINE_HUNG, Engine.NGINX: Fault.BACKEND_HUNG}
"""Without active checks nothing takes a hung backend out in TCP mode."""


def kubectl(stack: StackUnderTest, *words: str) -> str:
    argv = [str(stack.parts.kubectl), "--kubeconfig", str(admin_kubeconfig(stack.lab)), *words]
    done = subprocess.run(
        inside(stack.lab, "client", argv), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_kubectl_reads_and_writes_through_the_vip(stack: StackUnderTest) -> None:
    nodes = kubectl(stack, "get", "nodes", "--no-headers")
    assert [line.split()[:2] for line in nodes.splitlines()] == [
        [name, "Ready"] for name in ("cp1", "cp2", "cp3")
    ]
    kubectl(stack, "create", "configmap", "proof", "--from-literal=written=yes")
    try:
        found = kubectl(stack, "get", "configmap", "proof", "-o", "jsonpath={.data.written}")
        assert found == "yes"
    finally:
        kubectl(stack, "delete", "configmap", "proof")


def test_up_again_changes_nothing_and_logs_in_nowhere(stack: StackUnderTest) -> None:
    before = stack.ssh_logins()
    said = stack.up()
    assert "unchanged" in said
    assert not any(word in said for word in (" to update", " updated", " created", " replaced"))
    assert stack.ssh_logins() == before


def test_one_changed_setting_logs_in_once_per_host(stack: StackUnderTest) -> None:
    def change(settings: Settings) -> None:
        settings["timeouts"] = {"tunnelMs": 14_000_000}

    before = stack.ssh_logins()
    try:
        stack.up(change)
        after = stack.ssh_logins()
        assert {node: after[node] - before[node] for node in LOAD_BALANCERS} == dict.fromkeys(
            LOAD_BALANCERS, 1
        )
    finally:
        stack.up()


def test_the_preview_prints_the_budget_and_no_secret(stack: StackUnderTest) -> None:
    said = stack.preview()
    worst = stack.target().budget.worst
    assert worst.fault is WORST[stack.engine]
    bound = "no bound" if worst.worst_ms == inf else f"{worst.worst_ms:.0f} ms"
    assert f"control-plane: worst outage {bound} ({worst.fault.value})" in said
    assert "lab-only-password" not in said
    assert "PRIVATE KEY" not in said


def test_no_secret_is_in_the_state_in_clear_or_readable_by_all_on_a_host(
    stack: StackUnderTest,
) -> None:
    files = list(stack.lab.backend.rglob(f"*{stack.lab.name}*.json"))
    assert any("checkpoint" in json.loads(f.read_text()) for f in files)
    state = "".join(f.read_text() for f in files)
    assert "PRIVATE KEY" not in state
    assert "lab-only-password" not in state
    for node in LOAD_BALANCERS:
        found = run_in_machine(
            stack.lab, node, ["find", "/etc/k8s-ha-lb/secrets", "-type", "f", "-perm", "/007"]
        )
        assert found == ""


@pytest.mark.parametrize("version", [4, 6])
def test_metrics_and_health_answer_on_every_node(stack: StackUnderTest, version: int) -> None:
    lb = stack.load_balancer()
    metrics = "200" if lb.capabilities.has(Feature.METRICS) else "404"
    for node in lb.nodes:
        address = node.address(version)
        host = f"[{address}]" if version == 6 else str(address)
        for path, expected in (("healthz", "200"), ("metrics", metrics), ("nothing", "404")):
            url = f"http://{host}:{lb.observability.port}/{path}"
            argv = ["curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", url]
            done = subprocess.run(
                inside(stack.lab, "client", argv), capture_output=True, text=True, check=False
            )
            assert done.stdout == expected, url


def test_an_idle_watch_outlives_all_of_this_and_still_delivers(
    stack: StackUnderTest, idle_watch: IdleWatch, figures: list[str]
) -> None:
    observe_for(IDLE_S - idle_watch.idle_s)
    idle_s = idle_watch.idle_s
    assert 1000 * idle_s >= stack.load_balancer().listeners[0].timeouts.client_ms
    kubectl(stack, "create", "configmap", WATCHED, "--from-literal=seen=yes")
    try:
        assert idle_watch.watch.wait_for_event(within_s=10)
    finally:
        kubectl(stack, "delete", "configmap", WATCHED)
    result = idle_watch.watch.stop()
    figures.append(f"watch idle for {idle_s:.0f} s: {result.outcome}, {result.events} events")
    assert result.survived
