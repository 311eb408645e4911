"""The control-plane endpoint as the engine sees it."""

from collections.abc import Callable

import pulumi
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from components.control_plane import ControlPlane, ControlPlaneArgs
from components.loadbalancer.secrets import LoadBalancerSecrets
from components.model.budget.budget import failover_budget
from components.model.budget.fault import Fault
from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer, Stats
from components.model.machine import ExistingMachine, MachineSettings
from components.render.facts import policy_facts
from tests.authority import Authority
from tests.unit.components.registrations import Registration, is_secret, plain, register
from tests.unit.models import sample
from tests.unit.tls_models import for_either_engine, tls_listener

PRIVATE_KEY = (
    Ed25519PrivateKey.generate()
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    .decode()
)
HOST_KEY = "ssh-ed25519 AAAA"
SECRETS = LoadBalancerSecrets(stats_password=pulumi.Output.secret("PASSWORD"))


def answers(prefix: str = "control-plane") -> dict[str, str]:
    return {
        f"{prefix}-{node}-host-{role}": said
        for node in ("lb1", "lb2")
        for role, said in (
            ("transaction", f"release={node}\nsha256 haproxy/haproxy.cfg=ff\n"),
            ("secrets", "secrets=cd34\n"),
        )
    }


def machines() -> dict[str, MachineSettings]:
    return {
        "lb1": ExistingMachine(address="198.18.0.11", host_key=HOST_KEY),
        "lb2": ExistingMachine(address="198.18.0.12", host_key=HOST_KEY),
    }


def args(
    load_balancer: LoadBalancer | None = None, secrets: LoadBalancerSecrets = SECRETS
) -> ControlPlaneArgs:
    return ControlPlaneArgs(
        load_balancer=load_balancer or sample(),
        machines=machines(),
        private_key=PRIVATE_KEY,
        secrets=secrets,
        worst_outage_ms=4000,
        accepted_unbounded=[Fault.BACKEND_HUNG],
    )


def make(name: str = "control-plane") -> Callable[[], ControlPlane]:
    return lambda: ControlPlane(name, args())


def made(*, preview: bool = False) -> dict[str, Registration]:
    return register(make(), answers(), preview=preview)


def test_it_is_made_of_exactly_these_resources() -> None:
    component, machine = "k8s-ha-lb:control_plane:ControlPlane", "k8s-ha-lb:machines"
    node, host = "k8s-ha-lb:loadbalancer:LoadBalancerNode", "k8s-ha-lb:remote:RemoteHost"
    command = "command:remote:Command"
    expected = {(component, "control-plane", "")}
    for name in ("control-plane-lb1", "control-plane-lb2"):
        expected |= {
            (f"{machine}:ExistingMachine", f"{name}-machine", "control-plane"),
            (node, name, "control-plane"),
            (host, f"{name}-host", name),
            (command, f"{name}-host-secrets", f"{name}-host"),
            (command, f"{name}-host-transaction", f"{name}-host"),
        }
    assert {(r.type, r.name, r.parent) for r in made().values()} == expected


def test_the_backup_changes_first_and_the_expected_holder_waits_for_it() -> None:
    """Children are registered once their parent is, and that waits for what it depends on."""
    registrations = made()
    assert "control-plane-lb2-host-transaction" in registrations["control-plane-lb1"].depends_on
    assert not any("lb1-host" in name for name in registrations["control-plane-lb2"].depends_on)


def test_the_facts_for_the_policy_pack_are_its_inputs() -> None:
    lb = sample()
    inputs = made()["control-plane"].inputs
    assert inputs["role"] == "kube-apiserver"
    facts = policy_facts(
        lb, failover_budget(lb), worst_outage_ms=4000, accepted_unbounded=[Fault.BACKEND_HUNG]
    )
    assert inputs["loadBalancer"] == facts["loadBalancer"]
    assert inputs["slo"] == {"worstOutageMs": 4000, "acceptedUnbounded": ["backend-hung"]}
    assert [row["fault"] for row in inputs["failoverBudget"]] == [
        p.fault.value for p in failover_budget(lb).predictions
    ]


def test_each_host_gets_its_own_plan_and_the_hashed_password_as_a_secret() -> None:
    registrations = made()
    for node in ("lb1", "lb2"):
        plan = registrations[f"control-plane-{node}-host-transaction"].inputs["stdin"]
        assert f"router_id {node}" in plan
        assert "PASSWORD" not in plan
        secrets = registrations[f"control-plane-{node}-host-secrets"].inputs["stdin"]
        assert is_secret(secrets)
        assert "user admin password $6$" in plain(secrets)
        assert "PASSWORD" not in plain(secrets)


def test_every_connection_is_secret_and_verifies_the_host_key() -> None:
    commands = [r for r in made().values() if r.type == "command:remote:Command"]
    assert len(commands) == 4
    for command in commands:
        assert is_secret(command.inputs["connection"]) or is_secret(
            command.inputs["connection"]["privateKey"]
        )
        assert plain(command.inputs["connection"])["hostKey"] == HOST_KEY


def test_a_preview_registers_the_same_resources() -> None:
    assert made(preview=True).keys() == made().keys()


def test_two_endpoints_live_beside_each_other() -> None:
    def both() -> None:
        make("one")()
        make("two")()

    registrations = register(both, {**answers("one"), **answers("two")})
    assert len(registrations) == 2 * len(made())


def test_a_statistics_page_without_a_password_is_refused_with_the_way_to_set_one() -> None:
    with pytest.raises(ValueError, match="pulumi config set --secret k8s-ha-lb:statsPassword"):
        register(lambda: ControlPlane("control-plane", args(secrets=LoadBalancerSecrets())))


def test_without_a_statistics_page_no_secret_is_needed() -> None:
    lb = sample(stats=Stats(enabled=False))
    registrations = register(
        lambda: ControlPlane("control-plane", args(lb, LoadBalancerSecrets())), answers()
    )
    assert not any(name.endswith("-secrets") for name in registrations)


def test_a_node_without_a_machine_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"every node needs exactly one machine.*\['lb2'\]"):
        ControlPlaneArgs(
            load_balancer=sample(),
            machines={"lb1": machines()["lb1"]},
            private_key=PRIVATE_KEY,
            secrets=SECRETS,
            worst_outage_ms=4000,
        )


def test_the_private_key_does_not_show_in_a_representation() -> None:
    assert "PRIVATE KEY" not in repr(args())


@pytest.mark.parametrize("engine", Engine)
def test_a_certificate_goes_to_each_host_with_its_key_as_a_secret_of_the_engine(
    engine: Engine,
) -> None:
    issued = Authority("ca").server("a.test")
    lb = for_either_engine(engine=engine, listeners=(tls_listener(web=issued),))
    secrets = LoadBalancerSecrets(
        stats_password=pulumi.Output.secret("PASSWORD"), tls_keys={"web": issued.key}
    )
    registrations = register(lambda: ControlPlane("control-plane", args(lb, secrets)), answers())
    script = registrations["control-plane-lb1-host-secrets"].inputs["stdin"]
    assert is_secret(script)
    assert "certificate-web.pem" in plain(script)
    shown = "".join(str(r.inputs) for n, r in registrations.items() if not n.endswith("-secrets"))
    assert not any(line in shown for line in issued.key.splitlines()[1:-1])
    assert issued.key not in repr(args(lb, secrets))


def test_a_key_of_another_certificate_stops_it_before_anything_is_made() -> None:
    issued = Authority("ca").server("a.test")
    lb = for_either_engine(listeners=(tls_listener(web=issued),))
    keys = {"web": Authority("ca").server("a.test").key}
    secrets = LoadBalancerSecrets(stats_password="PASSWORD", tls_keys=keys)
    with pytest.raises(ValueError, match=r"tlsKeys\.web is another key"):
        register(lambda: ControlPlane("control-plane", args(lb, secrets)), answers())
