"""When a transaction counts the holders of a VIP: under a real shell, programs as functions."""

import subprocess
import time

from components.render.transaction.transaction import TEMPLATES

STAND_INS = """
services=keepalived listeners= vips=198.18.0.10 vrrp_changed_ms=
health_url=health revision_url=revision revision=new vrrp_quiet_ms=2000
uptime_ms=100000
systemctl() { :; }
curl() { echo 200; }
running_revision() { echo new; }
unsettled_vip() { echo "counted"; }
"""


def counted(steps: str) -> str:
    """What is unmet after `steps` where every VIP that is judged says so."""
    services = TEMPLATES.get_template("services.sh.j2").render()
    verify = TEMPLATES.get_template("verify.sh.j2").render()
    clock = "monotonic_ms() { echo $uptime_ms; }"
    script = f"{services}\n{verify}\n{STAND_INS}\n{clock}\n{steps}\nfirst_unmet release\n"
    return subprocess.run(
        ["/bin/sh", "-s"], input=script, text=True, check=True, capture_output=True
    ).stdout.strip()


def test_holders_are_counted_at_once_where_keepalived_was_not_touched() -> None:
    assert counted("change_state reload haproxy") == "counted"


def test_holders_are_not_counted_while_keepalived_settles() -> None:
    for action in ("start", "restart", "reload"):
        steps = f"change_state {action} keepalived; uptime_ms=101999"
        assert "changed less than 2000 ms ago" in counted(steps)


def test_holders_are_not_counted_while_a_node_may_come_back_with_its_engine() -> None:
    for action in ("start", "restart"):
        steps = f"change_state {action} haproxy; uptime_ms=101999"
        assert "changed less than 2000 ms ago" in counted(steps)


def test_holders_are_counted_once_keepalived_has_settled() -> None:
    assert counted("change_state start keepalived; uptime_ms=102000") == "counted"


def test_the_clock_is_the_kernels_uptime_in_milliseconds() -> None:
    verify = TEMPLATES.get_template("verify.sh.j2").render()
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    shown = subprocess.run(
        ["/bin/sh", "-s"],
        input=f"{verify}\nmonotonic_ms\n",
        text=True,
        check=True,
        capture_output=True,
    ).stdout
    after = time.clock_gettime(time.CLOCK_BOOTTIME)
    # The kernel shows hundredths of a second, cut off.
    assert before * 1000 - 10 <= int(shown) <= after * 1000
