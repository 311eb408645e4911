"""Rendered files: snapshots, properties, and the real programs' own opinion."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck as Hypothesis
from hypothesis import given, settings
from syrupy.assertion import SnapshotAssertion

from components.model.load_balancer import LoadBalancer
from components.model.profile import ProfileName
from components.render.haproxy.configuration import render_haproxy
from components.render.host import host_plan, settle_seconds
from components.render.keepalived import render_keepalived
from components.render.secrets import render_password_file
from tests.unit.certificates import self_signed, with_key
from tests.unit.models import CA, load_balancers, sample


@pytest.mark.parametrize("node", [0, 1])
@pytest.mark.parametrize("profile", list(ProfileName))
def test_the_files_of_a_node_are_as_reviewed(
    profile: ProfileName, node: int, snapshot: SnapshotAssertion
) -> None:
    lb = sample(profile)
    plan = host_plan(lb, lb.nodes[node])
    assert {f.path: f.content for f in plan.files} == snapshot


@given(load_balancers())
def test_equal_models_give_equal_bytes(lb: LoadBalancer) -> None:
    copy = LoadBalancer.model_validate(lb.model_dump())
    for node in lb.nodes:
        assert host_plan(lb, node) == host_plan(copy, node)


@given(load_balancers())
def test_no_backend_and_no_listener_is_lost(lb: LoadBalancer) -> None:
    files, _ = render_haproxy(lb, lb.nodes[0])
    words = [line.split() for line in files[0].content.splitlines()]
    servers = [line[1] for line in words if line[:1] == ["server"]]
    frontends = {line[1] for line in words if line[:1] == ["frontend"]}
    assert servers == [b.name for x in lb.listeners for b in x.pools[0].backends]
    assert {x.name for x in lb.listeners} <= frontends


@given(load_balancers())
def test_every_node_lists_exactly_its_peers_and_its_own_priority(lb: LoadBalancer) -> None:
    for node in lb.nodes:
        text = render_keepalived(lb, node).content
        for vip in lb.vips:
            others = {str(n.address(vip.version)) for n in lb.nodes if n.name != node.name}
            block = text.split(f"vrrp_instance {lb.name}-ipv{vip.version} {{")[1]
            listed = block.partition("unicast_peer {")[2].partition("}")[0].split()
            assert set(listed) == others if others else "unicast_peer" not in text
        assert text.count(f"priority {node.priority}\n") == len(lb.vips)


def test_the_revision_changes_with_any_public_engine_file() -> None:
    lb = sample()
    _, revision = render_haproxy(lb, lb.nodes[0])
    _, other_limit = render_haproxy(sample(max_connections=8001), lb.nodes[0])
    listener = lb.listeners[0]
    check = listener.pools[0].health_check
    assert check is not None
    pool = listener.pools[0].model_copy(
        update={"health_check": check.model_copy(update={"ca": CA + "\n"})}
    )
    _, other_ca = render_haproxy(
        sample(listeners=(listener.model_copy(update={"pool": pool}),)), lb.nodes[0]
    )
    assert len({revision, other_limit, other_ca}) == 3


def test_a_drained_backend_keeps_its_sessions_and_gets_no_new_ones() -> None:
    listener = sample().listeners[0]
    first, *rest = listener.pools[0].backends
    pool = listener.pools[0].model_copy(
        update={"backends": (first.model_copy(update={"drain": True}), *rest)}
    )
    lb = sample(listeners=(listener.model_copy(update={"pool": pool}),))
    files, _ = render_haproxy(lb, lb.nodes[0])
    assert "server cp1 198.18.0.21:6443 weight 0 check" in files[0].content


def test_settling_covers_the_checks_the_silence_and_the_preemption_delay() -> None:
    assert settle_seconds(sample(ProfileName.STANDARD)) == 2 * (1 + 1) + 4 * 1.0 + 2


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed here")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[Hypothesis.function_scoped_fixture]
)
@given(lb=load_balancers())
def test_the_real_programs_accept_every_valid_model(lb: LoadBalancer, tmp_path: Path) -> None:
    authority = self_signed("authority")
    assert x509.load_pem_x509_certificate(authority.encode())
    for node in lb.nodes:
        plan = host_plan(lb, node)
        for file in plan.files:
            path = tmp_path / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content.replace(CA, authority))
        secrets = tmp_path / "haproxy" / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "userlist.cfg").write_text(render_password_file(lb, "x"))
        (secrets / "health-check.pem").write_text(with_key("health-check"))
        for service in plan.services:
            if shutil.which(service.name):
                command = ["sh", "-c", service.validate.format(release=tmp_path)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stdout + done.stderr
