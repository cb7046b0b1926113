"""dcmanager's API asking its manager, and the file locks that let one write of a kind in at a time.

The manager may be slow (fault rpc-slow). The API waits 60 seconds (divided by `--speed`), then answers 500 while the
work goes on and takes effect. A restart of the manager loses what it had not begun.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from simulator.dcmanager.refusals import Refused
from simulator.routing import Call, Handler
from simulator.world import World

log = logging.getLogger("simulator")

RPC_SECONDS = 60.0
Result = TypeVar("Result")


class Manager:
    """dcmanager-manager as the API sees it, of every System Controller."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._late: set[asyncio.Task[None]] = set()  # work whose caller has got its 500 already

    async def ask(
        self,
        controller: int,
        failed: str,
        work: Callable[[], Result],
        lasts: Callable[[Result], float] = lambda result: 0.0,
        seconds: float = RPC_SECONDS,
    ) -> Result:
        """What `work` returns once the manager has done it and `lasts` seconds (wall clock) are over.

        Raises Refused: what `work` raises, or 500 with `failed` after `seconds` (at speed 1).
        """
        limit, delay = self._world.clock.scaled(seconds), self._delay(controller)
        if delay >= limit:
            task = asyncio.ensure_future(self._do_late(controller, work, delay))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            await asyncio.sleep(limit)
            raise Refused(500, failed)
        if delay and not await self._outlast(controller, delay):
            raise Refused(500, failed)
        result = work()
        duration = lasts(result)
        if duration > 0:
            await asyncio.sleep(min(duration, limit - delay))
        if duration > limit - delay:
            raise Refused(500, failed)
        return result

    def _delay(self, controller: int) -> float:
        fault = self._world.faults.on((controller, None), "rpc-slow", self._world.clock.now())
        return 0.0 if fault is None else self._world.clock.scaled(float(fault.options["seconds"]))

    async def _do_late(self, controller: int, work: Callable[[], Result], delay: float) -> None:
        if await self._outlast(controller, delay):
            try:
                work()
            except Refused as refusal:
                log.info("refused after its caller had stopped waiting: %s", refusal)

    async def _outlast(self, controller: int, delay: float) -> bool:
        """Wait; False when a restart came in between, which loses the request."""
        asked_at = self._world.clock.now()
        await asyncio.sleep(delay)
        return not any(
            fault.kind == "controller-restart" and fault.since >= asked_at
            for fault in self._world.faults.all_on((controller, None))
        )


class Locks:
    """One lock for each System Controller and kind of write."""

    def __init__(self) -> None:
        self._locks: dict[tuple[int, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    def around(self, kind: str, handler: Handler) -> Handler:
        """The handler, one call at a time."""

        async def call_handler(call: Call) -> web.StreamResponse:
            async with self._locks[call.cloud.controller, kind]:
                return await handler(call)

        return call_handler
