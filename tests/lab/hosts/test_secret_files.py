"""Secret files on a real machine: who may read them, and for how long.

The tests run in order on one machine, each from where the one before it ended.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from components.render.transaction import (
    RUN_SCRIPT,
    parse_secrets_reference,
    render_secrets_transaction,
)
from lab.image import ensure_image
from tests.lab.hosts.applying import apply, log_says, must_apply
from tests.lab.hosts.bench import Bench, bench
from tests.lab.hosts.nginx_plans import nginx_plan, with_password_file
from tests.lab.hosts.plans import node_plan, transaction

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="machine containers need root"),
]

FOLDER = "/etc/k8s-ha-lb/secrets"
IN_USE = "readlink /etc/k8s-ha-lb/current/nginx/secrets"
OPEN, CLOSED = ["711", "640"], ["700", "600"]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench("sectest", tmp_path_factory.mktemp("sectest"), ensure_image(print)) as made:
        yield made


def bring_secrets(machine: Bench, key: str = "KEY") -> str:
    files = {"htpasswd": "a:{PLAIN}secret\n", "tls.pem": f"{key}\n"}
    return parse_secrets_reference(machine.apply(render_secrets_transaction(files)).stdout)


def rights(machine: Bench, folder: str, name: str = "htpasswd") -> list[str]:
    """Modes of a folder of secret files and of one of them."""
    return machine.ask(f"stat -c %a {folder} {folder}/{name}").split()


def test_a_failed_change_closes_the_secret_files_that_it_had_opened(machine: Bench) -> None:
    must_apply(machine, transaction(nginx_plan()))
    reference = bring_secrets(machine)
    never = replace(
        with_password_file(), revision="another", settle_seconds=0, vrrp_quiet_seconds=0
    )
    assert apply(machine, transaction(never, reference)).returncode == 1
    assert rights(machine, f"{FOLDER}/{reference}") == CLOSED
    assert machine.ask(f"stat -c %a {FOLDER}") == "700"


def test_workers_read_their_password_file_and_nothing_else(machine: Bench) -> None:
    reference = bring_secrets(machine)
    must_apply(machine, transaction(with_password_file(), reference))
    link = "/etc/k8s-ha-lb/current/nginx/secrets"
    shown = machine.ask(f"stat -L -c %a:%U:%G {link} {link}/htpasswd {link}/tls.pem")
    assert shown.split() == ["711:root:root", "640:root:www-data", "600:root:root"]
    ask = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8405/private"
    assert machine.ask(f"{ask} -u a:wrong; {ask} -u a:secret") == "401200"
    as_worker = "setpriv --reuid www-data --regid www-data --clear-groups"
    for closed in (f"cat {link}/tls.pem", f"ls {link}/", "cat /etc/k8s-ha-lb/secrets/key"):
        assert machine.run(f"{as_worker} {closed}").returncode != 0


def test_workers_that_a_reload_replaced_may_read_theirs_until_the_next_change(
    machine: Bench,
) -> None:
    before = machine.ask(IN_USE)
    must_apply(machine, transaction(with_password_file(), bring_secrets(machine, "second")))
    assert rights(machine, before) == OPEN
    must_apply(machine, transaction(with_password_file(), bring_secrets(machine, "third")))
    assert machine.run(f"test -e {before}").returncode != 0


def test_theirs_outlives_a_failed_change_in_between(machine: Bench) -> None:
    before = machine.ask(IN_USE)
    never = replace(
        with_password_file(), revision="another", settle_seconds=0, vrrp_quiet_seconds=0
    )
    failed = transaction(never, bring_secrets(machine, "fourth"))
    assert apply(machine, failed).returncode == 1
    must_apply(machine, transaction(with_password_file(), bring_secrets(machine, "fifth")))
    assert rights(machine, before) == OPEN


def test_what_workers_read_no_more_is_closed_though_the_files_are_the_same(machine: Bench) -> None:
    reference = bring_secrets(machine, "fifth")
    both = replace(with_password_file(), engine_readable_secrets=("htpasswd", "tls.pem"))
    folder = f"{FOLDER}/{reference}"
    must_apply(machine, transaction(both, reference))
    assert rights(machine, folder, "tls.pem") == OPEN
    must_apply(machine, transaction(with_password_file(), reference))
    assert rights(machine, folder, "tls.pem") == OPEN
    must_apply(machine, transaction(with_password_file(main="# changed"), reference))
    assert rights(machine, folder, "tls.pem") == ["711", "600"]
    assert rights(machine, folder) == OPEN


def test_a_transaction_that_is_ended_once_it_is_verified_closes_nothing(machine: Bench) -> None:
    machine.ask(": > /var/log/k8s-ha-lb.log")
    reference = bring_secrets(machine, "sixth")
    script = transaction(with_password_file(), reference)
    told = 'say "release $release is verified"'
    assert script.count(told) == 1
    process = machine.popen(RUN_SCRIPT)
    assert process.stdin is not None
    process.stdin.write(script.replace(told, f"{told}; kill -TERM $$"))
    process.stdin.close()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert log_says(machine, "is verified")()
    assert machine.ask(IN_USE) == f"{FOLDER}/{reference}"
    assert rights(machine, f"{FOLDER}/{reference}") == OPEN


def test_the_other_engine_closes_the_password_file_again(machine: Bench) -> None:
    reference = bring_secrets(machine)
    plan = replace(node_plan(), secrets_link="haproxy/secrets")
    must_apply(machine, transaction(plan, reference))
    link = "/etc/k8s-ha-lb/current/haproxy/secrets"
    shown = machine.ask(f"stat -L -c %a:%U:%G /etc/k8s-ha-lb/secrets {link} {link}/htpasswd")
    assert shown.split() == ["700:root:root", "700:root:root", "600:root:root"]
