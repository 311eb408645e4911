"""Strings in nginx.conf, read back by nginx itself."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.render.nginx.quoting import constant, quoted

HOSTILE = (
    *('"; }\nevil on;', "a b", "it's", "\\", '\\"', "tab\there", "{", "};", "# no", "%s", "$host"),
    *("ä\r\n", "\\n", "'", '"'),
)
ANY = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=80)


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed here")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.sampled_from(HOSTILE) | ANY)
def test_no_text_leaves_its_place(tmp_path: Path, text: str) -> None:
    """nginx tells a path that is used twice: it names what it read."""
    path = f"/{text}"
    found = _complaint(tmp_path, f"location = {quoted(path)} {{ }} " * 2)
    assert f'duplicate location "{path}" in' in found


def test_a_text_in_which_nginx_would_expand_a_variable_is_refused() -> None:
    assert constant("a b") == '"a b"'
    with pytest.raises(ValueError, match=r"has a \$"):
        constant("$host")


def test_a_zero_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="has a NUL"):
        quoted("a\0b")


def _complaint(folder: Path, directives: str) -> str:
    conf = folder / "nginx.conf"
    conf.write_bytes(
        f"events {{ }} http {{ server {{ listen unix:{folder}/s; {directives} }} }}".encode()
    )
    command = ["nginx", "-t", "-c", str(conf), "-g", f"pid {folder}/pid; error_log stderr;"]
    return subprocess.run(command, capture_output=True, check=False).stderr.decode()
