"""Looks of one kind: a heap of what is due, a limit of looks at once, and a rate for a fleet that returns."""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Awaitable, Callable

from collector.pacing import TokenBucket
from collector.site import Kind, Site
from collector.slots import Slot, Slots

log = logging.getLogger(__name__)
Look = Callable[[Site], Awaitable[float]]  # returns the seconds until the next look


class Lane:
    """Runs looks of one kind in the order in which they fall due. Times are the event loop's.

    `strict`: looks that take long count against the limit all the same.
    """

    def __init__(self, kind: Kind, look: Look, *, limit: int, rate: float, strict: bool = False) -> None:
        self.kind = kind
        self._look = look
        self._slots = Slots(limit, None) if strict else Slots(limit)
        self._bucket = TokenBucket(rate, rate, asyncio.get_running_loop().time())
        self._heap: list[tuple[float, int, Site]] = []
        self._number = itertools.count()
        self._running: set[int] = set()
        self._again: set[int] = set()
        self._wake = asyncio.Event()

    def put(self, site: Site, at: float) -> None:
        """The next look is at `at`, whatever was planned before."""
        site.due[self.kind] = at
        heapq.heappush(self._heap, (at, next(self._number), site))
        self._wake.set()

    def hasten(self, site: Site, at: float) -> None:
        """At the latest at `at`; a look under way is followed by another."""
        site.asked |= self.kind
        if site.cloud_id in self._running:
            self._again.add(site.cloud_id)
        elif site.due.get(self.kind, at + 1) > at:
            self.put(site, at)

    def overdue(self, now: float) -> tuple[int, float | None]:
        """How many looks wait although their time has come, and since when the oldest does."""
        late = [at for at, _, site in self._heap if at <= now and site.due.get(self.kind) == at]
        return len(late), min(late, default=None)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as looks:
            while True:
                await self._until_due(loop)
                if pause := self._bucket.take(loop.time()):
                    await asyncio.sleep(pause)
                    continue
                slot = await self._slots.take()
                site = self._begin(loop.time())
                if site is None:
                    slot.give_back()
                else:
                    looks.create_task(self._one(site, slot))

    async def _until_due(self, loop: asyncio.AbstractEventLoop) -> None:
        while (at := self._next()) is None or at > loop.time():
            self._wake.clear()
            timer = loop.call_at(at, self._wake.set) if at is not None else None
            await self._wake.wait()
            if timer is not None:
                timer.cancel()

    def _next(self) -> float | None:
        """When the earliest look that still counts is due."""
        while self._heap:
            at, _, site = self._heap[0]
            if site.due.get(self.kind) == at:
                return at
            heapq.heappop(self._heap)
        return None

    def _begin(self, now: float) -> Site | None:
        at = self._next()
        if at is None or at > now:
            return None
        _, _, site = heapq.heappop(self._heap)
        del site.due[self.kind]
        self._running.add(site.cloud_id)
        return site

    async def _one(self, site: Site, slot: Slot) -> None:
        loop = asyncio.get_running_loop()
        seconds = RETRY_AFTER_FAULT
        try:
            with slot:
                seconds = await self._look(site)
        except Exception:  # a fault of ours at one site must not stop the lane; it is looked at again later
            log.exception("the look at %s (%s) failed", site.name, self.kind.name)
        finally:
            self._running.discard(site.cloud_id)
        if site.cloud_id in self._again:
            self._again.discard(site.cloud_id)
            seconds = 0.0
        if not site.gone:
            self.put(site, loop.time() + seconds)


RETRY_AFTER_FAULT = 60.0
