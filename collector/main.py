"""The collector: takes leases, runs one reader for each controller it holds, gives up what it loses."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Collection

from django.utils import timezone

from collector import config, store
from collector.hints import HintsTaken, forget_old, standing
from collector.pacing import retry_after
from collector.reader import Reader
from collector.services import IDENTITY
from collector.site import Kind
from collector.turns import Turns
from collector.witness import Mark, read_mark
from collector.writer import DatabaseLostError, Writer
from sites import leases
from sites.credentials import CannotUnsealError
from sites.ingest import Progress, ServiceLook
from starlingx.errors import StarlingXError

log = logging.getLogger(__name__)
LEASE_SECONDS = 10.0
TURN_SECONDS = 2.0
RESTART_SECONDS = 5.0
LONGEST_RESTART = 20.0  # each try gives a sign of life, which must not get old
ONCE_SECONDS = 600.0
HINT_SECONDS = 0.5
CLEAN_SECONDS = 600.0


class Collector:
    """One process. `names`: the controllers to read; None: its share of all."""

    def __init__(self, names: Collection[str] | None = None) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self._names = names
        self._facts = Writer("facts")
        self._control = Writer("control")  # leases must not wait behind facts
        self._held: dict[int, int] = {}
        self._readers: dict[int, tuple[Reader, asyncio.Task[None]]] = {}
        self._mark: Mark | None = None  # of the database, as the last turn left it
        self._faults: dict[int, int] = {}  # of each controller's readers, in a row
        self._turns = Turns(self.name)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        try:
            async with asyncio.TaskGroup() as group:
                following = group.create_task(self._follow_hints())
                while not self._stopping.is_set():
                    await self._turn()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(TURN_SECONDS):
                            await self._stopping.wait()
                following.cancel()
        finally:
            await self._leave()

    async def run_once(self, kinds: Collection[Kind]) -> None:
        """Take what is free, look at every cloud once in each of these ways, leave. Raises TimeoutError."""
        try:
            await self._turn()
            keeping = asyncio.create_task(self._keep_turning())
            async with asyncio.timeout(ONCE_SECONDS):
                await asyncio.gather(*(reader.swept(kinds) for reader, _ in self._readers.values()))
            keeping.cancel()
        finally:
            await self._leave()

    async def _keep_turning(self) -> None:
        while True:
            await asyncio.sleep(TURN_SECONDS)
            await self._turn()

    async def _follow_hints(self) -> None:
        """Hints are read often, as somebody waits for what they bring."""
        taken = HintsTaken()
        clean_at = 0.0
        while True:
            await asyncio.sleep(HINT_SECONDS)
            with contextlib.suppress(DatabaseLostError):  # logged by the writer
                hints = await self._control.run(standing, list(self._held))
                for hint in hints:
                    if hint.controller_id in self._readers:
                        self._readers[hint.controller_id][0].hint(hint, new=taken.is_new(hint))
                taken.keep_only(hints)
                if (now := asyncio.get_running_loop().time()) > clean_at:
                    clean_at = now + CLEAN_SECONDS
                    await self._control.run(forget_old)

    async def _turn(self) -> None:
        """Renew, take, give up; start and stop readers to match."""
        try:
            before = await self._control.run(read_mark, self.name)
            enabled = await self._control.run(config.enabled_controllers)
            only = None if self._names is None else [pk for pk, (name, _) in enabled.items() if name in self._names]
            self._held = await self._control.run(leases.turn, self.name, self._held, seconds=LEASE_SECONDS, only=only)
            await self._compare(before)
            for controller_id in list(self._readers):
                reader, task = self._readers[controller_id]
                _, changed_at = enabled.get(controller_id, ("", None))
                if (
                    task.done()
                    or self._held.get(controller_id) != reader.token
                    or reader.config.changed_at != changed_at
                ):
                    await self._stop(controller_id)
                elif reader.sweeps is not None and reader.sweeps.listed:
                    self._turns.succeeded(f"the reader of {reader.config.name}")
                    self._faults.pop(controller_id, None)
            for controller_id in self._held.keys() - self._readers.keys():
                await self._start(controller_id)
        except DatabaseLostError:
            pass  # logged by the writer; the readers go on, and what they bring is dropped if the lease is lost

    async def _compare(self, before: Mark) -> None:
        """Forget everything when the database may hold less than was written to it: readers that are stopped here are
        started by the same turn, and read all anew at the pace of their lanes."""
        known, self._mark = self._mark, await self._control.run(read_mark, self.name)
        if known is None or (known.holds(before) and before.same_server(self._mark)):
            return
        log.warning("the database was restarted or restored: everything is read anew")
        for controller_id in list(self._readers):
            await self._stop(controller_id)

    async def _start(self, controller_id: int) -> None:
        try:
            loaded = await self._control.run(config.load, [controller_id])
        except CannotUnsealError as caught:
            self._turns.failed(f"controller {controller_id}", caught)
            look = ServiceLook(IDENTITY, timezone.now(), error=str(caught))
            await self._control.run(store.store_beat, controller_id, self.name, Progress(), [look])
            return
        self._turns.succeeded(f"controller {controller_id}")
        for each in loaded:
            reader = Reader(each, self._held[controller_id], self.name, self._facts)
            log.info("reads %s under lease %d", each.name, reader.token)
            self._readers[controller_id] = reader, asyncio.create_task(self._guarded(reader))

    async def _guarded(self, reader: Reader) -> None:
        """A reader that fails is started again by the next turn, ever later if it goes on failing."""
        what = f"the reader of {reader.config.name}"
        try:
            await reader.run()
        except DatabaseLostError:  # logged by the writer; nothing is wrong with this controller
            await asyncio.sleep(RESTART_SECONDS)
            return
        except StarlingXError as caught:
            self._turns.failed(what, caught)
        except Exception:  # the reader is started again after a pause; the others go on
            log.exception("%s failed", what)
        number = reader.config.controller_id
        self._faults[number] = faults = self._faults.get(number, 0) + 1
        await asyncio.sleep(max(RESTART_SECONDS, retry_after(faults, LONGEST_RESTART)))

    async def _stop(self, controller_id: int) -> None:
        reader, task = self._readers.pop(controller_id)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        log.info("stops reading %s", reader.config.name)

    async def _leave(self) -> None:
        for controller_id in list(self._readers):
            await self._stop(controller_id)
        with contextlib.suppress(DatabaseLostError):
            await self._control.run(leases.leave, self.name, self._held)
        await self._facts.close()
        await self._control.close()
