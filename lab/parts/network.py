"""Downloads with a published checksum; a host that refuses once is not asked again for a while."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from lab.parts.cache import cache_directory
from lab.parts.catalogue import Download
from lab.parts.errors import PartError

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 60.0
CLOSED_FOR_S = 3600.0
"""How long a refusal is remembered, also by the next command."""


class RefusedError(Exception):
    """The file cannot be had from its publisher: the message says why. Take the next route."""


class Network:
    """Official download hosts, as this machine sees them.

    A connection that fails, a proxy that refuses and HTTP 401, 403 or 407 all mean that the host is
    closed to this machine. It is remembered as such for `CLOSED_FOR_S` seconds, so that a closed
    network costs one short time-out per host and not one per file.
    """

    def __init__(
        self, *, transport: httpx.BaseTransport | None = None, memory: Path | None = None
    ) -> None:
        timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        self._client = httpx.Client(transport=transport, timeout=timeout, follow_redirects=True)
        self._memory = memory or cache_directory() / "closed-hosts.json"

    def is_closed(self, url: str) -> bool:
        """Whether the URL's host refused within the last `CLOSED_FOR_S` seconds."""
        refused = self._refusals().get(_host(url))
        return refused is not None and 0 <= time.time() - refused < CLOSED_FOR_S

    def reaches(self, url: str) -> bool:
        """Whether the file behind `url` can be had: asks with HEAD unless its host is closed."""
        try:
            with self._open("HEAD", url):
                return True
        except RefusedError:
            return False

    def fetch(self, part: str, download: Download, target: Path) -> None:
        """Write the verified file to `target`.

        Raises `RefusedError` when it cannot be had, `PartError` when what came is not what the
        publisher's checksum file names.
        """
        published = self._published_checksum(download)
        digest = hashlib.new(download.algorithm)
        with self._open("GET", download.url) as response, target.open("wb") as file:
            try:
                for block in response.iter_bytes(1 << 20):
                    digest.update(block)
                    file.write(block)
            except httpx.TransportError as problem:
                raise RefusedError(f"{download.url} broke off: {problem}") from problem
        if digest.hexdigest() != published:
            target.unlink()
            raise PartError(
                part,
                f"{download.url} has {download.algorithm} {digest.hexdigest()},"
                f" published is {published}",
                fix="run the command again; if it stays so, do not trust this network's downloads",
            )

    def _published_checksum(self, download: Download) -> str:
        with self._open("GET", download.checksum_url) as response:
            lines = response.read().decode().splitlines()
        for line in lines:
            digest, _, name = line.strip().partition(" ")
            if name.strip().lstrip("*") in ("", download.file_name):
                return digest
        raise RefusedError(f"{download.checksum_url} has no line for {download.file_name}")

    @contextmanager
    def _open(self, method: str, url: str) -> Iterator[httpx.Response]:
        if self.is_closed(url):
            raise RefusedError(f"{_host(url)} is not reachable from here")
        try:
            response = self._client.send(self._client.build_request(method, url), stream=True)
        except httpx.TransportError as problem:
            self._remember_closed(url)
            raise RefusedError(f"{_host(url)} is not reachable from here: {problem}") from problem
        try:
            if response.status_code in (401, 403, 407):
                self._remember_closed(url)
            if not response.is_success:
                raise RefusedError(f"{url} answered HTTP {response.status_code}")
            yield response
        finally:
            response.close()

    def _remember_closed(self, url: str) -> None:
        refusals = self._refusals()
        refusals[_host(url)] = time.time()
        temporary = self._memory.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(refusals))
        temporary.rename(self._memory)

    def _refusals(self) -> dict[str, float]:
        try:
            return json.loads(self._memory.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
