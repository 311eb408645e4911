"""The transaction on a real machine: packages, services, failures and what is left of them.

The tests of one class run in order on one machine, each from where the one before it ended.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.model.machine import NspawnMachine
from components.model.node import OsFamily
from components.render.machines.nspawn import mac_address
from components.render.transaction import (
    RUN_SCRIPT,
    parse_outputs,
    parse_secrets_reference,
    render_secrets_transaction,
)
from lab.image import ensure_image
from tests.lab.hosts.applying import (
    CURRENT,
    STATE,
    apply,
    holders,
    kill_in_the_middle,
    log_says,
    must_apply,
    wait_for,
)
from tests.lab.hosts.bench import ADDRESSES, Bench, bench, run_machine_script
from tests.lab.hosts.plans import (
    VIP,
    node_plan,
    removal,
    transaction,
    with_haproxy_line,
    with_haproxy_start_line,
    with_keepalived_line,
)

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="machine containers need root"),
]

SERVICES = (
    "systemctl show -p MainPID -p ActiveEnterTimestampMonotonic -p NRestarts haproxy keepalived"
)
# Takes the lock as apt does (fcntl), says so, and keeps it until its standard input ends.
HOLD_PACKAGE_LOCK = (
    'use Fcntl; open(F, ">>", "/var/lib/dpkg/lock-frontend") or die;'
    ' $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $lock) or die;'
    ' $| = 1; print "locked\n"; <STDIN>'
)


@pytest.fixture(scope="class")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    started = time.monotonic()
    image = ensure_image(print)
    with bench("hosttest", tmp_path_factory.mktemp("hosttest"), image) as made:
        print(f"machine ready after {time.monotonic() - started:.1f} s (image included)")
        yield made


@pytest.fixture(scope="class")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("pairtest")
    with bench("pairtest", folder, ensure_image(print), hosts=TestPair.HOSTS) as made:
        yield made


class TestOneHost:
    def test_a_vip_held_by_a_stranger_is_refused_before_anything_changes(
        self, machine: Bench
    ) -> None:
        machine.stranger("address", "add", f"{VIP}/32", "dev", "eth0")
        before = machine.ask("ls /etc; dpkg-query -W")
        result = apply(machine, transaction(node_plan()))
        machine.stranger("address", "del", f"{VIP}/32", "dev", "eth0")
        assert result.returncode == 1
        assert f"VIP {VIP} is already in use on eth0 by" in result.stderr
        assert "choose another VIP" in result.stderr
        assert machine.ask("ls /etc | grep -v k8s-ha-lb; dpkg-query -W") == before
        assert machine.ask("find /etc/k8s-ha-lb -type f") == ""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"interface": "eth7"}, "interface is eth7"),
            ({"file_descriptors": 10_000_000}, "fileLimit is 10000000: this host allows"),
        ],
    )
    def test_what_the_host_cannot_do_is_refused_by_name(
        self, machine: Bench, change: dict[str, Any], message: str
    ) -> None:
        plan = replace(node_plan(), **change)
        result = apply(machine, transaction(plan))
        assert result.returncode == 1
        assert message in result.stderr

    def test_a_host_of_another_family_is_refused_by_the_name_of_the_setting(
        self, machine: Bench
    ) -> None:
        result = apply(machine, transaction(node_plan(), family=OsFamily.RHEL))
        assert result.returncode == 1
        assert "family is rhel: /etc/os-release of this host says debian" in result.stderr

    def test_a_first_release_that_does_not_serve_is_taken_off(self, machine: Bench) -> None:
        plan = replace(node_plan(), revision="another", settle_seconds=0)
        result = apply(machine, transaction(plan))
        assert result.returncode == 1
        assert "/revision says" in result.stderr
        assert machine.run("systemctl is-active haproxy keepalived").stdout.split() == [
            "inactive",
            "inactive",
        ]
        left = machine.ask(
            "find /etc/systemd /etc/sysctl.d -name '*k8s-ha-lb*';"
            " find /etc/k8s-ha-lb -name current -o -name pending"
        )
        assert left == ""

    def test_the_first_transaction_installs_and_starts_everything(self, machine: Bench) -> None:
        result = apply(machine, transaction(node_plan()))
        assert result.returncode == 0, result.stderr
        facts = parse_outputs(result.stdout)
        assert facts.files.keys() == {file.path for file in node_plan().files}
        assert {"haproxy", "keepalived"} <= facts.packages.keys()
        assert machine.ask(CURRENT) == f"releases/{facts.release}"
        assert machine.ask("systemctl is-active haproxy keepalived") == "active\nactive"
        assert machine.ask("systemctl is-enabled haproxy keepalived") == "enabled\nenabled"
        assert str(VIP) in machine.ask("ip address show eth0")
        assert machine.ask("stat -c %a /var/log/k8s-ha-lb.log") == "600"

    def test_the_same_transaction_again_touches_nothing(self, machine: Bench) -> None:
        before = machine.ask(f"{SERVICES}; {STATE}; pgrep -a haproxy")
        must_apply(machine, transaction(node_plan()))
        assert machine.ask(f"{SERVICES}; {STATE}; pgrep -a haproxy") == before

    def test_a_changed_haproxy_file_reloads_haproxy_alone(self, machine: Bench) -> None:
        before = machine.ask(SERVICES)
        keepalived = machine.ask(
            "pgrep keepalived; journalctl -q -u keepalived | grep -ci reload || :"
        )
        worker = machine.ask("pgrep -P $(systemctl show -P MainPID haproxy)")
        must_apply(machine, transaction(with_haproxy_line(node_plan(), "# changed")))
        assert machine.ask(SERVICES) == before
        assert worker not in machine.ask("pgrep -P $(systemctl show -P MainPID haproxy)")
        assert (
            machine.ask("pgrep keepalived; journalctl -q -u keepalived | grep -ci reload || :")
            == keepalived
        )

    def test_a_change_of_keepalived_alone_waits_before_holders_are_counted(
        self, machine: Bench
    ) -> None:
        quiet = 12.0
        plan = replace(node_plan(), vrrp_quiet_seconds=quiet)
        started = time.monotonic()
        must_apply(machine, transaction(with_haproxy_line(plan, "# not keepalived")))
        assert time.monotonic() - started < quiet
        must_apply(machine, transaction(plan))
        started = time.monotonic()
        must_apply(machine, transaction(with_keepalived_line(plan, "# changed")))
        assert time.monotonic() - started >= quiet
        must_apply(machine, transaction(replace(plan, vrrp_quiet_seconds=0)))

    def test_a_changed_start_command_restarts_its_service_alone(self, machine: Bench) -> None:
        plan = with_haproxy_start_line(node_plan(), "LimitNOFILE=15000")
        before = machine.ask(
            "systemctl show -P MainPID haproxy; systemctl show -P MainPID keepalived"
        )
        must_apply(machine, transaction(plan))
        after = machine.ask(
            "systemctl show -P MainPID haproxy; systemctl show -P MainPID keepalived"
        )
        assert before.split()[0] != after.split()[0]
        assert before.split()[1] == after.split()[1]
        must_apply(machine, transaction(node_plan()))

    def test_a_refused_configuration_says_why_and_changes_nothing(self, machine: Bench) -> None:
        before = machine.ask(f"{SERVICES}; {STATE}; pgrep haproxy")
        result = apply(machine, transaction(with_haproxy_line(node_plan(), "  bogus keyword")))
        assert result.returncode == 1
        assert "unknown keyword 'bogus'" in result.stderr
        assert machine.ask(f"{SERVICES}; {STATE}; pgrep haproxy") == before

    def test_a_release_that_does_not_serve_is_rolled_back(self, machine: Bench) -> None:
        before = machine.ask(CURRENT)
        plan = with_haproxy_line(node_plan(), "# never verified")
        result = apply(machine, transaction(replace(plan, revision="another", settle_seconds=0)))
        assert result.returncode == 1
        assert "/revision says" in result.stderr
        assert machine.ask(CURRENT) == before
        assert machine.ask("systemctl is-active haproxy keepalived") == "active\nactive"
        assert machine.run("test -e /etc/k8s-ha-lb/pending").returncode == 1

    def test_a_killed_transaction_is_recovered_by_the_next_one(self, machine: Bench) -> None:
        before = machine.ask(CURRENT)
        killed = replace(with_haproxy_line(node_plan(), "# killed"), revision="another")
        kill_in_the_middle(machine, transaction(killed), "reloading haproxy")
        must_apply(machine, transaction(node_plan()))
        assert log_says(machine, "an earlier transaction was interrupted")()
        assert machine.ask(CURRENT) == before
        assert machine.run("test -e /etc/k8s-ha-lb/pending").returncode == 1

    def test_a_dropped_connection_does_not_stop_a_transaction(self, machine: Bench) -> None:
        before = machine.ask(CURRENT)
        process = machine.popen(RUN_SCRIPT)
        assert process.stdin is not None
        process.stdin.write(transaction(with_haproxy_line(node_plan(), "# dropped")))
        process.stdin.close()
        wait_for("the switch", lambda: machine.ask(CURRENT) != before, 30)
        process.kill()
        process.wait(10)
        after = machine.ask(CURRENT).removeprefix("releases/")
        wait_for("the end", log_says(machine, f"release {after} is verified"), 30)
        assert machine.run("test -e /etc/k8s-ha-lb/pending").returncode == 1

    def test_a_full_disk_refuses_the_change_and_the_host_serves_on(self, machine: Bench) -> None:
        must_apply(machine, transaction(node_plan()))
        machine.ask(
            "cp -a /etc/k8s-ha-lb /root/saved && mount -t tmpfs -o size=400k none /etc/k8s-ha-lb"
            " && cp -a /root/saved/. /etc/k8s-ha-lb && dd if=/dev/zero of=/etc/k8s-ha-lb/fill bs=4k"
            " 2>/dev/null; rm -rf /root/saved"
        )
        before = machine.ask(f"{SERVICES}; {CURRENT}")
        full = with_haproxy_line(node_plan(), "# after a full disk")
        result = apply(machine, transaction(full))
        assert result.returncode == 1
        assert "KiB free" in result.stderr
        assert machine.ask(f"{SERVICES}; {CURRENT}") == before
        machine.ask("rm /etc/k8s-ha-lb/fill && mount -o remount,size=8m /etc/k8s-ha-lb")
        must_apply(machine, transaction(full))
        assert machine.ask(CURRENT) != before.splitlines()[-1]

    def test_a_file_edited_by_hand_is_written_again(self, machine: Bench) -> None:
        must_apply(machine, transaction(node_plan()))
        machine.ask("echo '# by hand' >> /etc/k8s-ha-lb/current/haproxy/haproxy.cfg")
        must_apply(machine, transaction(node_plan()))
        assert machine.run("grep -rq 'by hand' /etc/k8s-ha-lb/current/").returncode == 1

    def test_secret_files_are_roots_alone_and_their_reference_is_stable(
        self, machine: Bench
    ) -> None:
        files = {"userlist.cfg": "userlist statistics\n  user a password $5$x\n"}
        first = machine.apply(render_secrets_transaction(files))
        second = machine.apply(render_secrets_transaction(files))
        assert first.stdout == second.stdout, first.stderr
        reference = parse_secrets_reference(first.stdout)
        must_apply(
            machine, transaction(replace(node_plan(), secrets_link="haproxy/secrets"), reference)
        )
        link = "/etc/k8s-ha-lb/current/haproxy/secrets"
        assert machine.ask(f"cat {link}/userlist.cfg") + "\n" == files["userlist.cfg"]
        assert machine.ask(f"stat -L -c %a:%U {link} {link}/userlist.cfg") == "700:root\n600:root"
        assert machine.run("grep -r 'password' /var/log/k8s-ha-lb.log").returncode == 1

    def test_a_removal_that_leaves_a_package_fails_and_keeps_its_record(
        self, machine: Bench
    ) -> None:
        machine.ask("umount /etc/k8s-ha-lb || :")
        script = "/var/lib/dpkg/info/haproxy.prerm"
        machine.ask(f"cp {script} /root/prerm; printf '#!/bin/sh\nexit 1\n' > {script}")
        result = machine.run(removal(node_plan()))
        machine.ask(f"cp /root/prerm {script}; rm /root/prerm")
        assert result.returncode == 1
        assert "package haproxy is still there" in result.stderr.splitlines()[-1]
        assert machine.ask("ls /etc/k8s-ha-lb") == "packages.installed"

    def test_a_removal_waits_for_another_package_manager_and_leaves_nothing(
        self, machine: Bench
    ) -> None:
        locked = machine.popen(f"perl -e '{HOLD_PACKAGE_LOCK}'")
        assert locked.stdout is not None
        assert locked.stdout.readline() == "locked\n"
        process = machine.popen(removal(node_plan()))
        assert process.stderr is not None
        said: list[str] = []
        while not said or "waiting for another package manager" not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], said
        locked.communicate("end\n", timeout=10)
        stderr = process.communicate(timeout=60)[1]
        assert process.returncode == 0, stderr
        left = machine.ask(
            "find /etc /run /var/log -name '*k8s-ha-lb*' -not -path '/run/host/*';"
            " ls -d /etc/haproxy /etc/keepalived 2>/dev/null; ip -o address show to 198.18.0.10;"
            " dpkg-query -W haproxy keepalived curl 2>/dev/null;"
            " sysctl -n net.ipv4.ip_nonlocal_bind"
        )
        assert left == "0"

    def test_a_removal_succeeds_where_nothing_is(self, machine: Bench) -> None:
        machine.ask(removal(node_plan()))

    def test_a_package_that_another_needs_outlives_the_removal(self, machine: Bench) -> None:
        must_apply(machine, transaction(node_plan()))
        machine.ask(
            "mkdir -p /root/yours/DEBIAN && printf 'Package: yours\nVersion: 1\nArchitecture: all\n"
            "Maintainer: you <you@example.org>\nDepends: curl\nDescription: needs curl\n'"
            " > /root/yours/DEBIAN/control && dpkg-deb -b /root/yours /root/yours.deb"
            " && dpkg -i /root/yours.deb"
        )
        result = machine.run(removal(node_plan()))
        assert result.returncode == 0, result.stderr
        assert "curl stays: another package needs it" in result.stderr
        assert machine.run("test -e /etc/k8s-ha-lb").returncode == 1
        machine.ask("command -v curl")
        assert machine.run("dpkg-query -W haproxy").returncode == 1


class TestPair:
    HOSTS = ("lb1", "lb2")

    def test_backup_first_holder_last_ends_with_one_holder(self, pair: Bench) -> None:
        for host in reversed(self.HOSTS):
            must_apply(pair, transaction(node_plan(host, self.HOSTS)), host)
        # The node with the higher priority takes the VIP over once its preemption delay has passed.
        settled = node_plan("lb1", self.HOSTS).settle_seconds + 1
        wait_for("the take-over", lambda: holders(pair, self.HOSTS) == ["lb1"], settled)

    def test_a_change_on_the_backup_is_verified_by_the_holders_answer(self, pair: Bench) -> None:
        plan = with_haproxy_line(node_plan("lb2", self.HOSTS), "# changed")
        must_apply(pair, transaction(plan), "lb2")

    def test_a_second_holder_rolls_the_change_back(self, pair: Bench) -> None:
        before = pair.ask(CURRENT)
        pair.stranger("address", "add", f"{VIP}/32", "dev", "eth0")
        plan = with_haproxy_line(node_plan("lb1", self.HOSTS), "# two holders")
        result = apply(pair, transaction(plan))
        pair.stranger("address", "del", f"{VIP}/32", "dev", "eth0")
        assert result.returncode == 1
        assert f"VIP {VIP} has 2 holders" in result.stderr
        assert pair.ask(CURRENT) == before


class TestSudoUser:
    def test_a_sudo_user_can_do_what_root_can(self, tmp_path: Path) -> None:
        with bench("sudotest", tmp_path, ensure_image(print), user="admin") as machine:
            assert machine.ask("id -un") == "admin"
            must_apply(machine, transaction(node_plan()))
            assert machine.ask("systemctl is-active haproxy keepalived") == "active\nactive"
            machine.ask(removal(node_plan()))
            assert machine.run("test -e /etc/k8s-ha-lb").returncode == 1


class TestMachine:
    def test_changed_addresses_reach_the_running_machine(self, tmp_path: Path) -> None:
        with bench("addrtest", tmp_path, ensure_image(print)) as machine:
            boot = machine.ask("cat /proc/sys/kernel/random/boot_id; pidof systemd")
            kept, replaced = machine.machines["lb1"].addresses
            settings = machine.machines["lb1"].model_dump(mode="json")
            settings["addresses"] = [str(kept), "2001:2:0:1::31/64"]
            changed = replace(machine, machines={"lb1": NspawnMachine.model_validate(settings)})
            host_key = run_machine_script(changed, "create")
            assert host_key.strip() in (tmp_path / "known_hosts").read_text()
            shown = machine.ask("ip -o address show dev eth0")
            assert "2001:2:0:1::31/64" in shown
            assert str(replaced) not in shown
            assert machine.ask("cat /proc/sys/kernel/random/boot_id; pidof systemd") == boot

    def test_a_machine_reboots_starts_after_a_power_off_and_leaves_nothing(
        self, tmp_path: Path
    ) -> None:
        with bench("boottest", tmp_path, ensure_image(print)) as machine:
            name = machine.machines["lb1"].machine_name
            folder = tmp_path / name
            first = machine.ask("cat /proc/sys/kernel/random/boot_id; systemctl is-system-running")
            pid = (folder / "nspawn.pid").read_text()
            machine.run("systemctl reboot")
            wait_for("the reboot", lambda: _reads_other(folder / "nspawn.pid", pid), 30)
            wait_for("sshd", lambda: machine.run("true").returncode == 0, 30)
            assert machine.ask("systemctl is-system-running --wait") == first.split()[-1]
            wait_for("the record of PID 1", (folder / "init.pid").exists, 10)
            subprocess.run(["kill", "-9", (folder / "init.pid").read_text().strip()], check=True)
            wait_for("the power-off", lambda: not (folder / "supervisor.pid").exists(), 10)
            shown = subprocess.run(
                ["ip", "-n", name, "address"], check=True, capture_output=True, text=True
            )
            assert ADDRESSES["lb1"] not in shown.stdout
            subprocess.run([folder / "start"], check=True)
            wait_for("sshd", lambda: machine.run("true").returncode == 0, 30)
            assert machine.ask("cat /sys/class/net/eth0/address") == mac_address(name)
            run_machine_script(machine, "delete")
            assert not folder.exists()
            assert not Path(f"/run/netns/{name}").exists()
            assert not list(Path("/sys/fs/cgroup").glob(f"*/k8s-ha-lb-{name}"))
            assert name not in Path("/proc/mounts").read_text()


def _reads_other(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() not in {"", text}
