"""nginx as a service: its drop-in, and the check of a staged release on the real program."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from components.model.node import OsFamily
from components.render.environment import render_template
from components.render.layout import CURRENT, NGINX_CONF, TRACK_FILE
from components.render.nginx_service import engine_user, stream_module, validate_command

needs_nginx = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("nginx") is None,
    reason="needs root and nginx: the check makes namespaces of its own",
)
CONFIGURATION = """pid {pid};
error_log stderr;
events {{}}
http {{ server {{ {listen} }} }}
"""


def check(release: Path, listen: str, pid: str = "/run/nginx-check.pid") -> tuple[int, str]:
    """Status and words of the check of a release with these listeners."""
    (release / "nginx").mkdir(exist_ok=True)
    (release / NGINX_CONF).write_text(CONFIGURATION.format(listen=listen, pid=pid))
    result = subprocess.run(
        ["/bin/sh", "-c", validate_command(str(release))],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


@needs_nginx
def test_addresses_of_another_node_pass_and_nothing_is_left(tmp_path: Path) -> None:
    listen = "listen 192.0.2.7:6443; listen [2001:db8::7]:6443; listen unix:/run/nginx-check.sock;"
    before = Path("/proc/sys/net/ipv4/ip_nonlocal_bind").read_text()
    assert check(tmp_path, listen) == (0, "")
    assert Path("/proc/sys/net/ipv4/ip_nonlocal_bind").read_text() == before
    assert not list(Path("/run").glob("nginx-check.*"))


@needs_nginx
def test_a_refused_configuration_names_its_line(tmp_path: Path) -> None:
    status, words = check(tmp_path, "listen 192.0.2.7:6443;\nbogus on;")
    assert status != 0
    assert 'unknown directive "bogus"' in words
    assert f"{tmp_path}/{NGINX_CONF}:5" in words


def test_the_drop_in_replaces_every_command_of_the_distributions_unit() -> None:
    config = f"{CURRENT}/{NGINX_CONF}"
    drop_in = render_template(
        "systemd/nginx.conf.j2", config=config, file_limit=20_000, track_file=TRACK_FILE
    )
    lines = drop_in.splitlines()
    for setting in ("ExecStartPre=", "ExecStart=", "ExecReload=", "ExecStop="):
        assert setting in lines
    commands = [line for line in lines if line.startswith("Exec") and "/usr/sbin/nginx" in line]
    assert all(f"-c {config}" in command for command in commands)
    assert {"LimitNOFILE=20000", "KillMode=mixed", "KillSignal=SIGTERM"} <= set(lines)


@pytest.mark.parametrize(
    ("family", "user", "module"),
    [
        (OsFamily.DEBIAN, "www-data", "/usr/lib/nginx/modules/ngx_stream_module.so"),
        (OsFamily.RHEL, "nginx", "/usr/lib64/nginx/modules/ngx_stream_module.so"),
    ],
)
def test_each_family_has_its_own_user_and_module(family: OsFamily, user: str, module: str) -> None:
    assert (engine_user(family), stream_module(family)) == (user, module)
