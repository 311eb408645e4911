"""A flood of connections or requests from one source, bounded in time and number."""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable
from types import TracebackType
from typing import Generic, Self, TypeVar

from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.clients.raw import exchange, get
from tests.lab.traffic.tls import ClientTls

T = TypeVar("T", bound=Hashable)


class _Flood(ABC, Generic[T]):
    """Asks as fast as it can, until it is left or has asked `most` times."""

    def __init__(self, client: Client, port: int, *, most: int = 5000, threads: int = 2) -> None:
        self.outcomes: Counter[T] = Counter()
        """How the attempts ended; complete when it is left."""
        self._client, self._port = client, port
        self._left = threading.BoundedSemaphore(most)
        self._ended = threading.Event()
        self._counting = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._ended.is_set() and self._left.acquire(blocking=False):
            ended = self._ask()
            with self._counting:
                self.outcomes[ended] += 1

    @abstractmethod
    def _ask(self) -> T:
        """What became of one attempt."""


class Flood(_Flood[Outcome]):
    """Connections to a line server."""

    def __init__(
        self,
        client: Client,
        port: int,
        *,
        tls: ClientTls | None = None,
        most: int = 5000,
        threads: int = 2,
    ) -> None:
        super().__init__(client, port, most=most, threads=threads)
        self._tls = tls

    def _ask(self) -> Outcome:
        return self._client.attempt(self._port, tls=self._tls, timeout_s=1)


class RequestFlood(_Flood[int]):
    """HTTP requests, each on a connection of its own; their statuses."""

    def _ask(self) -> int:
        return exchange(self._client, self._port, get("/")).status
