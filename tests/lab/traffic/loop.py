"""An asyncio loop in a thread that lives in a network namespace."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from lab.fabric.namespaces import entered

T = TypeVar("T")


class NamespaceLoop:
    """Runs coroutines inside `namespace`; sockets they make are there."""

    def __init__(self, namespace: Path) -> None:
        self._namespace = namespace
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=namespace.name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T], *, timeout_s: float = 10.0) -> T:
        """The coroutine's result, waited for. Raises what it raises, or TimeoutError."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_s)

    def _run(self) -> None:
        with entered(self._namespace):
            asyncio.set_event_loop(self._loop)
            self._loop.run_forever()
