"""Downloads: verified, and a closed host is asked once."""

import hashlib
import json
import time
from pathlib import Path

import httpx
import pytest

from lab.parts.catalogue import Download
from lab.parts.errors import PartError
from lab.parts.network import CLOSED_FOR_S, Network, RefusedError

CONTENT = b"the published file"
DOWNLOAD = Download(
    url="https://files.test/v1/tool.tar.gz", checksum_url="https://files.test/v1/SHA256SUMS"
)


class Internet:
    """Answers from a dictionary of URLs, and remembers what was asked."""

    def __init__(self, answers: dict[str, httpx.Response | Exception], memory: Path) -> None:
        self.asked: list[str] = []
        self._answers = answers
        self._memory = memory

    def network(self) -> Network:
        return Network(transport=httpx.MockTransport(self._answer), memory=self._memory)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        answer = self._answers.get(str(request.url), httpx.Response(404))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "closed-hosts.json"


def published(line: str, content: bytes = CONTENT) -> dict[str, httpx.Response | Exception]:
    return {
        DOWNLOAD.checksum_url: httpx.Response(200, text=line),
        DOWNLOAD.url: httpx.Response(200, content=content),
    }


@pytest.mark.parametrize("form", ["{}  tool.tar.gz\n", "{} *tool.tar.gz\n", "{}\n", "{}"])
def test_a_file_with_its_published_checksum_is_kept(memory, tmp_path, form):
    digest = hashlib.sha256(CONTENT).hexdigest()
    line = "0000  another.tar.gz\n" * ("tool" in form) + form.format(digest)
    target = tmp_path / "tool"
    Internet(published(line), memory).network().fetch("tool", DOWNLOAD, target)
    assert target.read_bytes() == CONTENT


def test_a_file_with_another_checksum_is_an_error_and_is_not_kept(memory, tmp_path):
    digest = hashlib.sha256(CONTENT).hexdigest()
    network = Internet(published(digest, b"something else"), memory).network()
    with pytest.raises(PartError, match=digest):
        network.fetch("tool", DOWNLOAD, tmp_path / "tool")
    assert not (tmp_path / "tool").exists()


def test_a_checksum_file_without_the_files_line_refuses_the_download(memory, tmp_path):
    network = Internet(published("0000  another.tar.gz\n"), memory).network()
    with pytest.raises(RefusedError, match=r"no line for tool\.tar\.gz"):
        network.fetch("tool", DOWNLOAD, tmp_path / "tool")


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.ConnectError("Name or service not known"),
        httpx.ConnectTimeout("timed out"),
        httpx.ProxyError("403 Forbidden"),
        httpx.Response(403),
        httpx.Response(407),
    ],
)
def test_a_host_that_refuses_is_asked_once_also_by_the_next_command(memory, tmp_path, refusal):
    internet = Internet({DOWNLOAD.checksum_url: refusal}, memory)
    with pytest.raises(RefusedError):
        internet.network().fetch("tool", DOWNLOAD, tmp_path / "tool")
    next_command = internet.network()
    with pytest.raises(RefusedError):
        next_command.fetch("tool", DOWNLOAD, tmp_path / "tool")
    assert not next_command.reaches("https://files.test/other")
    assert internet.asked == [DOWNLOAD.checksum_url]


def test_a_refusal_is_forgotten_after_its_time(memory):
    memory.write_text(json.dumps({"files.test": time.time() - CLOSED_FOR_S - 1}))
    internet = Internet({DOWNLOAD.url: httpx.Response(200)}, memory)
    assert internet.network().reaches(DOWNLOAD.url)


def test_a_missing_file_does_not_close_its_host(memory, tmp_path):
    internet = Internet({DOWNLOAD.checksum_url: httpx.Response(404)}, memory)
    network = internet.network()
    with pytest.raises(RefusedError, match="HTTP 404"):
        network.fetch("tool", DOWNLOAD, tmp_path / "tool")
    assert not network.is_closed(DOWNLOAD.url)


def test_a_damaged_memory_is_ignored(memory):
    memory.write_text("{")
    internet = Internet({DOWNLOAD.url: httpx.Response(200)}, memory)
    assert internet.network().reaches(DOWNLOAD.url)
