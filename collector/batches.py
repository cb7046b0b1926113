"""Results on their way to the database, gathered: at most so many, and none waits longer than a moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from collector.writer import DatabaseLostError

log = logging.getLogger(__name__)
T = TypeVar("T")
LINGER_SECONDS = 0.25
PAUSE_SECONDS = 1.0  # after the database was lost


class Batches(Generic[T]):
    """A bounded queue: whoever puts waits when the database cannot keep up, so nothing piles up in memory."""

    def __init__(self, store: Callable[[list[T]], Awaitable[None]], *, most: int) -> None:
        self._store = store
        self._most = most
        self._queue: asyncio.Queue[T] = asyncio.Queue(maxsize=2 * most)

    async def put(self, result: T) -> None:
        await self._queue.put(result)

    async def drained(self) -> None:
        """Return when everything put so far is stored, or was given up with the database."""
        await self._queue.join()

    async def run(self) -> None:
        """Store batch after batch until cancelled. What a lost database does not take is read anew by the next look."""
        while True:
            batch = await self._gather()
            try:
                await self._store_safely(batch)
            except DatabaseLostError:
                await asyncio.sleep(PAUSE_SECONDS)
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def _store_safely(self, batch: list[T]) -> None:
        """One result that cannot be stored must not take the others with it: then each is stored alone."""
        try:
            await self._store(batch)
        except DatabaseLostError:
            raise
        except Exception as caught:  # one bad result must not take the others with it; logged below
            if len(batch) == 1:
                log.exception("a result could not be stored")
                return
            log.warning("a batch of %d results could not be stored together: %r", len(batch), caught)
            for each in batch:
                await self._store_safely([each])

    async def _gather(self) -> list[T]:
        batch = [await self._queue.get()]
        loop = asyncio.get_running_loop()
        until = loop.time() + LINGER_SECONDS
        while len(batch) < self._most:
            try:
                batch.append(self._queue.get_nowait())
                continue
            except asyncio.QueueEmpty:
                pass
            if (left := until - loop.time()) <= 0:
                break
            try:
                async with asyncio.timeout(left):  # not wait_for(): in Python 3.11 it may swallow a cancellation
                    batch.append(await self._queue.get())
            except TimeoutError:
                break
        return batch
