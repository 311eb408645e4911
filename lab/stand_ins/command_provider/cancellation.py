"""Running coroutines in the threads of gRPC calls, all of which one call can cancel."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any


class Cancellation:
    """After `cancel`, everything that runs and everything that would start is cancelled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._stops: set[Callable[[], object]] = set()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            for stop in self._stops:
                stop()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` to its end in this thread; raises `asyncio.CancelledError` when cancelled."""

        async def attended() -> None:
            loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)

            def stop() -> None:
                loop.call_soon_threadsafe(task.cancel)

            with self._lock:
                self._stops.add(stop)
                if self._cancelled:
                    task.cancel()
            try:
                await task
            finally:
                with self._lock:
                    self._stops.discard(stop)

        asyncio.run(attended())
