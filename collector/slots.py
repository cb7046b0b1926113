"""How many looks may be under way. One that hangs gives its slot back soon, or a hundred dead sites starve the rest."""

import asyncio
from typing import Self

PATIENCE_SECONDS = 3.0


class Slots:
    """`limit` looks in their first seconds, and any number that merely wait for somebody who may never answer."""

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)

    async def take(self) -> "Slot":
        await self._free.acquire()
        return Slot(self._free)


class Slot:
    """Given back when its look ends, or when it has taken too long, whichever is first."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free: asyncio.Semaphore | None = free
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.give_back)

    def give_back(self) -> None:
        self._timer.cancel()
        if self._free is not None:
            self._free.release()
            self._free = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()
