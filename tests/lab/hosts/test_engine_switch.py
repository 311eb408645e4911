"""One engine replaced by the other on a real machine, and what failures leave of it.

The tests of one class run in order on one machine, each from where the one before it ended.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

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
from tests.lab.hosts.bench import Bench, bench
from tests.lab.hosts.nginx_plans import nginx_plan
from tests.lab.hosts.plans import node_plan, removal, transaction, with_haproxy_line

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="machine containers need root"),
]

RUNNING = "systemctl is-active haproxy nginx; systemctl is-enabled haproxy nginx; true"
ONLY_HAPROXY = "active\ninactive\nenabled\ndisabled"
ONLY_NGINX = "inactive\nactive\ndisabled\nenabled"
LINKS = "cd /etc/systemd/system && readlink *.service.d/k8s-ha-lb.conf"
TRACK = "cat /run/k8s-ha-lb.track"
PORT_80 = "listen occupied\n  bind 0.0.0.0:80\n  mode tcp\n"
# Says after how many ms the track file tells of a signal, and what then is left of nginx.
KILL_AND_WATCH = r"""
use Time::HiRes qw(time sleep);
my $main = `systemctl show -P MainPID nginx` + 0;
die "nginx does not run" unless $main;
my @killed = ($main, $ARGV[0] eq "all" ? split(" ", `pgrep -P $main`) : ());
my $start = time;
kill 9, @killed;
my $told = "";
until ($told eq "1\n" or time - $start > 5) {
    open my $track, "<", "/run/k8s-ha-lb.track"; $told = <$track> // ""; close $track; sleep 0.0005;
}
printf "%d %d", (time - $start) * 1000, scalar grep { kill 0, $_ } @killed;
"""


@pytest.fixture(scope="class")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench("swtest", tmp_path_factory.mktemp("swtest"), ensure_image(print)) as made:
        yield made


@pytest.fixture(scope="class")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("swpair")
    with bench("swpair", folder, ensure_image(print), hosts=TestPair.HOSTS) as made:
        yield made


class TestOneHost:
    def test_a_refused_nginx_configuration_leaves_haproxy_alone(self, machine: Bench) -> None:
        must_apply(machine, transaction(with_haproxy_line(node_plan(), PORT_80)))
        processes = "systemctl show -P MainPID haproxy keepalived"
        before = machine.ask(f"{processes}; {STATE}; {LINKS}")
        result = apply(machine, transaction(nginx_plan(main="bogus on;")))
        assert result.returncode == 1
        assert "nginx refuses its configuration, nothing was changed" in result.stderr
        assert 'unknown directive "bogus"' in result.stderr
        after = machine.ask(f"{processes}; {STATE}; {LINKS}")
        assert after == before
        # Installed beside an engine that has port 80, and nothing of its own started.
        assert machine.ask(RUNNING) == ONLY_HAPROXY
        assert machine.ask("dpkg-query -W -f '${Status}\n' nginx").split()[-1] == "installed"

    def test_haproxy_gives_way_to_nginx(self, machine: Bench) -> None:
        keepalived = machine.ask("systemctl show -P MainPID keepalived")
        must_apply(machine, transaction(nginx_plan()))
        assert machine.ask(RUNNING) == ONLY_NGINX
        assert "haproxy" not in machine.ask("ls /etc/systemd/system")
        assert machine.ask(TRACK) == "0"
        assert machine.ask("systemctl show -P MainPID keepalived") == keepalived
        assert machine.ask("curl -s http://127.0.0.1:8405/revision") == nginx_plan().revision
        assert holders(machine, ("lb1",)) == ["lb1"]
        assert machine.ask("dpkg-query -W -f '${Status}\n' haproxy").split()[-1] == "installed"

    def test_the_same_transaction_again_touches_nothing(self, machine: Bench) -> None:
        seen = f"systemctl show -P MainPID nginx keepalived; {STATE}; pgrep -a nginx"
        before = machine.ask(seen)
        must_apply(machine, transaction(nginx_plan()))
        assert machine.ask(seen) == before

    def test_a_changed_configuration_reloads_nginx(self, machine: Bench) -> None:
        main = machine.ask("systemctl show -P MainPID nginx")
        must_apply(machine, transaction(nginx_plan(main="# changed")))
        assert machine.ask("systemctl show -P MainPID nginx") == main
        assert log_says(machine, "reloading nginx")()
        must_apply(machine, transaction(nginx_plan()))

    @pytest.mark.parametrize("killed", ["master", "all"])
    def test_a_killed_nginx_is_told_at_once_and_leaves_no_worker(
        self, machine: Bench, killed: str
    ) -> None:
        machine.ask("systemctl reset-failed nginx")
        result = machine.run(f"perl - {killed}", KILL_AND_WATCH)
        assert result.returncode == 0, result.stderr
        told_ms, left = result.stdout.split()
        print(f"track file after {told_ms} ms")
        # Far below the health check's interval (1 s), which is what would notice it otherwise.
        assert int(told_ms) < 500
        assert left == "0"
        wait_for("the restart", lambda: machine.ask(TRACK) == "0", 10)
        assert machine.ask("systemctl is-active nginx") == "active"

    def test_an_engine_that_does_not_start_leaves_the_one_before_it(self, machine: Bench) -> None:
        before = machine.ask(CURRENT)
        # sshd has this port, which a check of the configuration cannot tell.
        taken = with_haproxy_line(node_plan(), "listen taken\n  bind 0.0.0.0:22\n  mode tcp")
        result = apply(machine, transaction(taken))
        assert result.returncode == 1
        assert "haproxy did not take up release" in result.stderr
        assert machine.ask(CURRENT) == before
        assert machine.ask(RUNNING) == ONLY_NGINX
        assert machine.ask(TRACK) == "0"
        assert machine.run("test -e /etc/systemd/system/haproxy.service.d").returncode == 1

    def test_an_engine_that_does_not_verify_leaves_the_one_before_it(self, machine: Bench) -> None:
        before = machine.ask(f"{CURRENT}; {LINKS}")
        never = replace(node_plan(), revision="another", settle_seconds=0, vrrp_quiet_seconds=0)
        result = apply(machine, transaction(never))
        assert result.returncode == 1
        assert "/revision says" in result.stderr
        assert machine.ask(f"{CURRENT}; {LINKS}") == before
        assert machine.ask(RUNNING) == ONLY_NGINX

    def test_a_failed_switch_leaves_an_nginx_that_ran_there_before(self, machine: Bench) -> None:
        must_apply(machine, transaction(node_plan()))
        machine.ask("systemctl enable --now nginx")
        served = "curl -s http://127.0.0.1:80/ | grep -c 'Welcome to nginx'"
        assert machine.ask(served) != "0"
        never = replace(nginx_plan(), revision="another", settle_seconds=0, vrrp_quiet_seconds=0)
        assert apply(machine, transaction(never)).returncode == 1
        assert machine.ask(RUNNING) == "active\nactive\nenabled\nenabled"
        assert machine.ask(served) != "0"
        machine.ask("systemctl disable --now nginx")

    @pytest.mark.parametrize(
        ("said", "next_engine"), [("starting haproxy", "nginx"), ("stopping nginx", "haproxy")]
    )
    def test_a_killed_switch_is_recovered_by_the_next_transaction(
        self, machine: Bench, said: str, next_engine: str
    ) -> None:
        must_apply(machine, transaction(nginx_plan()))
        machine.ask(": > /var/log/k8s-ha-lb.log")
        kill_in_the_middle(machine, transaction(replace(node_plan(), revision="another")), said)
        plan = {"nginx": nginx_plan(), "haproxy": node_plan()}[next_engine]
        must_apply(machine, transaction(plan))
        assert log_says(machine, "an earlier transaction was interrupted")()
        running = {"nginx": ONLY_NGINX, "haproxy": ONLY_HAPROXY}[next_engine]
        assert machine.ask(RUNNING) == running
        assert machine.ask(TRACK) == "0"
        assert machine.ask(LINKS).split() == [
            f"/etc/k8s-ha-lb/current/systemd/{name}.conf"
            for name in sorted((next_engine, "keepalived"))
        ]
        assert machine.run("test -e /etc/k8s-ha-lb/pending").returncode == 1

    def test_a_killed_change_is_undone_also_when_the_next_plan_has_the_other_engine(
        self, machine: Bench
    ) -> None:
        must_apply(machine, transaction(nginx_plan()))
        machine.ask(": > /var/log/k8s-ha-lb.log")
        killed = replace(nginx_plan(main="# killed"), revision="another")
        kill_in_the_middle(machine, transaction(killed), "reloading nginx")
        refused = with_haproxy_line(node_plan(), "  bogus keyword")
        assert apply(machine, transaction(refused)).returncode == 1
        revision = "curl -s http://127.0.0.1:8405/revision"
        assert machine.ask(revision) == nginx_plan().revision
        assert machine.ask(RUNNING) == ONLY_NGINX

    def test_a_removal_stops_whichever_engine_runs_and_takes_both_off(self, machine: Bench) -> None:
        must_apply(machine, transaction(node_plan()))
        # Switched on the host, and killed, while the state still has the other engine's plan.
        kill_in_the_middle(machine, transaction(nginx_plan()), "starting nginx")
        result = machine.run(removal(node_plan()))
        assert result.returncode == 0, result.stderr
        left = machine.ask(
            "find /etc /run /var/log -name '*k8s-ha-lb*' -not -path '/run/host/*';"
            " ls -d /etc/haproxy /etc/nginx /etc/keepalived 2>/dev/null;"
            " pgrep -l 'nginx|haproxy|keepalived';"
            " dpkg-query -W haproxy nginx nginx-common libnginx-mod-stream keepalived 2>/dev/null;"
            " ls /etc/systemd/system /run/systemd/system | grep -E 'nginx|haproxy|keepalived';"
            " sysctl -n net.ipv4.ip_nonlocal_bind"
        )
        assert left == "0"

    def test_a_first_nginx_is_installed_verified_and_removed(self, machine: Bench) -> None:
        must_apply(machine, transaction(nginx_plan()))
        assert machine.ask("systemctl is-active nginx; systemctl is-enabled nginx") == (
            "active\nenabled"
        )
        assert machine.ask("ss -Hltn 'sport = :80'") == ""
        machine.ask(removal(nginx_plan()))
        assert machine.run("command -v nginx").returncode != 0
        assert machine.run("test -e /etc/k8s-ha-lb").returncode == 1


class TestPair:
    HOSTS = ("lb1", "lb2")

    def test_the_vip_leaves_the_node_that_changes_its_engine(self, pair: Bench) -> None:
        for host in reversed(self.HOSTS):
            must_apply(pair, transaction(node_plan(host, self.HOSTS)), host)
        settled = node_plan("lb1", self.HOSTS).settle_seconds + 1
        wait_for("the take-over", lambda: holders(pair, self.HOSTS) == ["lb1"], settled)
        must_apply(pair, transaction(nginx_plan("lb2", self.HOSTS)), "lb2")
        assert holders(pair, self.HOSTS) == ["lb1"]
        moved = "journalctl -q -u keepalived | grep -c 'Entering MASTER STATE'"
        before = int(pair.ask(moved, "lb2"))
        must_apply(pair, transaction(nginx_plan("lb1", self.HOSTS)), "lb1")
        assert int(pair.ask(moved, "lb2")) > before
        wait_for("the fail-back", lambda: holders(pair, self.HOSTS) == ["lb1"], settled)
