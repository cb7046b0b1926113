"""Results on their way to the database, gathered: at most so many, and none waits longer than a moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

from collector.pacing import retry_after
from collector.writer import DatabaseLostError

log = logging.getLogger(__name__)
T = TypeVar("T")
Dropped = TypeVar("Dropped", contravariant=True)
LINGER_SECONDS = 0.25
PAUSE_SECONDS = 1.0  # until a lost database is asked again
LONGEST_SECONDS = 60.0  # between batches that are lost although it answers


class Again(Protocol[Dropped]):
    """Who does again what was lost."""

    def dropped(self, results: Sequence[Dropped]) -> None:
        """These were not stored."""

    async def refused(self, result: Dropped, why: Exception) -> None:
        """This one cannot be stored, and would not be the next time."""

    async def database(self) -> None:
        """Raises DatabaseLostError while it does not answer."""

    def again(self) -> None:
        """It answers: do again what was dropped."""


class Batches(Generic[T]):
    """A bounded queue: whoever puts waits when the database cannot keep up, so nothing piles up in memory."""

    def __init__(self, store: Callable[[list[T]], Awaitable[None]], redo: Again[T], *, most: int) -> None:
        self._store = store
        self._redo = redo
        self._most = most
        self._losses = 0  # in a row
        self._queue: asyncio.Queue[T] = asyncio.Queue(maxsize=2 * most)

    async def put(self, result: T) -> None:
        await self._queue.put(result)

    async def drained(self) -> None:
        """Return when everything put so far is stored, or was given up with the database."""
        await self._queue.join()

    async def run(self) -> None:
        """Store batch after batch until cancelled. What a lost database does not take is read anew when it is back."""
        while True:
            batch = await self._gather()
            try:
                await self._store_safely(batch)
                self._losses = 0
            except DatabaseLostError:
                self._redo.dropped(batch)
                await self._until_back()
            finally:
                self._done(batch)

    async def _until_back(self) -> None:
        """Results that come meanwhile are dropped too, so that nobody waits, and nothing old is stored as news."""
        self._losses += 1
        pause = retry_after(self._losses, LONGEST_SECONDS) if self._losses > 1 else PAUSE_SECONDS
        while True:
            await asyncio.sleep(pause)
            late = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
            self._redo.dropped(late)
            self._done(late)
            try:
                await self._redo.database()
            except DatabaseLostError:
                pause = PAUSE_SECONDS
            else:
                break
        self._redo.again()

    def _done(self, batch: list[T]) -> None:
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
                await self._redo.refused(batch[0], caught)
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
