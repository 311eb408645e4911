"""What a RHEL host is given back, with stand-ins for firewalld and SELinux that hold their state
in text files and know only the calls made here."""

import subprocess
from pathlib import Path

import pytest

from components.model.node import OsFamily
from components.render.transaction import FAMILIES
from components.render.transaction.transaction import TEMPLATES

STAND_INS = r"""
node=lb1 root=$PWD left= ports="6443 8405" services="haproxy keepalived"
say() { echo "$*" >&2; }
leave() { left="${left:+$left; }$*"; }
systemctl() { [ "$*" = "-q is-active firewalld" ] && [ ! -e firewalld.stopped ]; }
firewall_cmd() {
    [ "$1" != -q ] || shift
    case $* in
        --reload) ;;
        "--permanent --query-"*) grep -qxF "${2#--query-}" firewalld ;;
        "--permanent --add-"*) echo "${2#--add-}" >> firewalld ;;
        "--permanent --remove-"*)
            grep -qxF "${2#--remove-}" firewalld || return 1
            grep -vxF "${2#--remove-}" firewalld > firewalld.new
            mv firewalld.new firewalld ;;
        *) echo "firewall-cmd stand-in: $*" >&2; return 99 ;;
    esac
}
alias firewall-cmd=firewall_cmd
selinuxenabled() { :; }
getsebool() { echo "$1 --> $(cat "$1")"; }
setsebool() { echo "$3" > "$2"; }
# Lines of `own`: TYPE tcp PORT; of `policy` the same, which a host cannot change.
semanage() {
    case $* in
        "port -l -n") cat own policy ;;
        "port -l -n -C") cat own ;;
        "port -a -t http_port_t -p tcp "*)
            ! grep -q " $7\$" own policy || return 1
            echo "http_port_t tcp $7" >> own ;;
        "port -m -t "*" -p tcp "*)
            grep -v " $7\$" own > own.new
            echo "$4 tcp $7" >> own.new
            mv own.new own ;;
        "port -d -p tcp "*) grep -v " $5\$" own > own.new; mv own.new own ;;
        *) echo "semanage stand-in: $*" >&2; return 99 ;;
    esac
}
"""

HAPROXY = "haproxy_connect_any"
NGINX = "httpd_can_network_connect"
STATES = ("firewalld", HAPROXY, NGINX, "own")


class Host:
    """A folder with the state of the stand-ins."""

    def __init__(self, folder: Path, **state: str) -> None:
        self.folder = folder
        state = {HAPROXY: "off\n", NGINX: "off\n", **state}
        for name in (*STATES, "policy"):
            (folder / name).write_text(state.get(name, ""))

    def run(self, steps: str) -> str:
        """Standard output of functions of the RHEL family."""
        records = TEMPLATES.get_template("records.sh.j2").render()
        firewalld = TEMPLATES.get_template("family/firewalld.sh.j2").render()
        rhel = TEMPLATES.get_template(FAMILIES[OsFamily.RHEL].template).render()
        script = f"{records}\n{STAND_INS}\n{rhel}\n{firewalld}\nset -u\n{steps}\n"
        result = subprocess.run(
            ["/bin/sh", "-s"],
            input=script,
            text=True,
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert "stand-in" not in result.stderr
        return result.stdout.strip()

    def state(self) -> dict[str, list[str]]:
        return {name: sorted((self.folder / name).read_text().splitlines()) for name in STATES}


@pytest.mark.parametrize(
    "state",
    [
        {},
        {HAPROXY: "on\n", "firewalld": "port=6443/tcp\nprotocol=vrrp\n"},
        {"own": "http_port_t tcp 6443\n"},
        {"own": "my_port_t tcp 8405\n", "firewalld": "port=22/tcp\n"},
        {HAPROXY: "on\n", "policy": "kubernetes_port_t tcp 6443\n"},
    ],
    ids=["bare", "open-before", "labelled-before", "another-label", "label-of-the-policy"],
)
def test_a_host_gets_back_what_it_had(state: dict[str, str], tmp_path: Path) -> None:
    host = Host(tmp_path, **state)
    before = host.state()
    host.run("adapt_host; adapt_host")
    changed = host.state()
    assert {"port=6443/tcp", "port=8405/tcp", "protocol=vrrp"} <= set(changed["firewalld"])
    assert {"http_port_t tcp 6443", "http_port_t tcp 8405"} <= set(changed["own"])
    assert changed[HAPROXY] == ["on"]
    assert changed[NGINX] == ["off"]
    assert host.run('restore_host; echo "$left"') == ""
    assert host.state() == before
    assert not (tmp_path / "firewalld.opened").exists()
    assert not (tmp_path / "selinux.changed").exists()


def test_a_host_that_ran_both_engines_gets_back_what_it_had(tmp_path: Path) -> None:
    host = Host(tmp_path)
    before = host.state()
    host.run('adapt_host; services="nginx keepalived"; adapt_host')
    changed = host.state()
    assert (changed[HAPROXY], changed[NGINX]) == (["on"], ["on"])
    assert host.run('restore_host; echo "$left"') == ""
    assert host.state() == before


def test_what_is_gone_already_is_not_missed(tmp_path: Path) -> None:
    host = Host(tmp_path)
    before = host.state()
    host.run("adapt_host")
    (tmp_path / "firewalld").write_text("")
    (tmp_path / "own").write_text("")
    assert host.run('restore_host; echo "$left"') == ""
    assert host.state() == before


def test_a_firewall_that_is_stopped_is_named_and_its_record_kept(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.run("adapt_host")
    (tmp_path / "firewalld.stopped").touch()
    assert "firewalld is stopped and still opens protocol=vrrp" in host.run(
        'restore_host; echo "$left"'
    )
    assert (tmp_path / "firewalld.opened").exists()


def test_nothing_is_restored_where_nothing_was_changed(tmp_path: Path) -> None:
    host = Host(tmp_path, haproxy_connect_any="on\n", firewalld="port=6443/tcp\n")
    before = host.state()
    host.run("restore_host")
    assert host.state() == before
