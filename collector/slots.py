"""How many looks may be under way. One that hangs gives its slot back soon, or a hundred dead sites starve the rest."""

import asyncio
from typing import Self

PATIENCE_SECONDS = 3.0


class Slots:
    """`limit` looks in their first seconds, and any number that merely wait for somebody who may never answer.

    `patience` None: never more than `limit`, however long they take.
    """

    def __init__(self, limit: int, patience: float | None = PATIENCE_SECONDS) -> None:
        self._free = asyncio.Semaphore(limit)
        self._patience = patience

    async def take(self) -> "Slot":
        await self._free.acquire()
        return Slot(self._free, self._patience)


class Slot:
    """Given back when its look ends, or when it has taken too long, whichever is first."""

    def __init__(self, free: asyncio.Semaphore, patience: float | None) -> None:
        self._free: asyncio.Semaphore | None = free
        loop = asyncio.get_running_loop()
        self._timer = None if patience is None else loop.call_later(patience, self.give_back)

    def give_back(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._free is not None:
            self._free.release()
            self._free = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()
