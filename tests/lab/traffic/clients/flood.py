"""A flood of connections from one source, bounded in time and number."""

import threading
from collections import Counter
from types import TracebackType
from typing import Self

from tests.lab.traffic.clients.client import Client
from tests.lab.traffic.clients.outcome import Outcome
from tests.lab.traffic.tls import ClientTls


class Flood:
    """Connects as fast as it can, until it is left or has made `most` connections."""

    def __init__(
        self,
        client: Client,
        port: int,
        *,
        tls: ClientTls | None = None,
        most: int = 5000,
        threads: int = 2,
    ) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        """How the connections ended; complete when it is left."""
        self._client, self._port, self._tls = client, port, tls
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
            ended = self._client.attempt(self._port, tls=self._tls, timeout_s=1)
            with self._counting:
                self.outcomes[ended] += 1
