"""Strings stay one word in haproxy.cfg, whatever they hold: the real program's own opinion."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.render.haproxy.quoting import argument, constant, literal, word
from lab.drill.waiting import wait_until

ODD = (
    "a b\t\"c\" 'd' # % ${HOME} \\x41 \\ ( , ) { } \r\nüñ\x7f",
    *(chr(code) for code in range(1, 128)),
    *(f"x{chr(code)}y" for code in range(1, 128)),
    "%[src]",
    "${HOME}",
    "}",
    "if",
    "--",
)
"""Everything that means something in a configuration file."""
_TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


def test_a_plain_word_is_written_as_it_is() -> None:
    assert word("kube-apiservers/readyz?x=1") == "kube-apiservers/readyz?x=1"
    assert constant("kube-apiservers") == "str(kube-apiservers)"


def test_an_empty_string_is_refused() -> None:
    with pytest.raises(ValueError, match="empty string"):
        word("")


def test_what_would_end_a_word_is_written_as_bytes() -> None:
    assert word('a "#\n') == r"a\x20\x22\x23\x0a"
    assert word(argument('a"b')) == r"\x22a\x5c\x22b\x22"


def test_a_percent_sign_is_no_variable_of_a_log_format() -> None:
    assert literal("100%[src]") == "100%%[src]"


def test_a_zero_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        word("a\0b")


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed here")
@settings(max_examples=3, deadline=None)
@given(texts=st.lists(_TEXT, min_size=20, max_size=60))
def test_haproxy_reads_every_string_back_as_it_was(texts: list[str]) -> None:
    told = [*ODD, *texts]
    assert _read_back([f"string {word(text)}" for text in told]) == told


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed here")
@settings(max_examples=3, deadline=None)
@given(texts=st.lists(_TEXT, min_size=20, max_size=60))
def test_haproxy_reads_arguments_and_log_formats_back_as_they_were(texts: list[str]) -> None:
    told = [*ODD, *texts]
    rules = [f"lf-string {word(literal(text) + '%[var(txn.told)]')}" for text in told]
    sets = [f"http-request set-var(txn.told) {constant(text)}" for text in told]
    assert _read_back(rules, sets) == [text + _printable(text) for text in told]


def _printable(text: str) -> str:
    """How HAProxy writes a variable in a log format: of the control characters only tabs stay."""
    return "".join(f"%{ord(c):02X}" if c != "\t" and (c < " " or c == "\x7f") else c for c in text)


def _read_back(answers: list[str], before: list[str] | None = None) -> list[str]:
    """What a HAProxy answers whose n-th answer is written as the n-th of `answers`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "socket"
        lines = ["defaults", "mode http", "timeout client 9s", "frontend told", f"bind {path}"]
        for number, answer in enumerate(answers):
            at = f"if {{ path /{number} }}"
            lines += [f"{before[number]} {at}"] if before else []
            lines.append(f"http-request return status 200 content-type text/plain {answer} {at}")
        cfg = Path(folder) / "haproxy.cfg"
        cfg.write_text("\n".join(lines) + "\n")
        process = subprocess.Popen(["haproxy", "-db", "-f", str(cfg)], stderr=subprocess.DEVNULL)
        try:
            wait_until("it listens", lambda: path.exists() or process.poll() is not None, 10)
            assert process.poll() is None, "it refuses the file"
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
                urls = (f"http://any/{number}" for number in range(len(answers)))
                return [client.get(url).content.decode() for url in urls]
        finally:
            process.kill()
            process.wait()
