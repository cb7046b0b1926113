"""Bounded thread pools in which views run."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Lane:
    """A pool of `threads` that takes at most `limit` calls, running and waiting together."""

    def __init__(self, name: str, threads: int, limit: int) -> None:
        self.name = name
        self.limit = limit
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._load = 0

    @property
    def load(self) -> int:
        """Calls running and waiting."""
        return self._load

    @property
    def full(self) -> bool:
        return self._load >= self.limit

    def submit(self, call: Callable[[], T]) -> tuple["Future[T]", "asyncio.Future[T]"]:
        """Run `call` in a thread, with the context variables of the caller; cancel the first to take it back."""
        with self._lock:
            self._load += 1
        context = contextvars.copy_context()
        work = self._executor.submit(context.run, call)
        work.add_done_callback(self._ended)
        return work, asyncio.wrap_future(work)

    def _ended(self, work: "Future[T]") -> None:
        with self._lock:
            self._load -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
