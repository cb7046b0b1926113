"""Reads the stream for one process: one connection that listens, and looks at least twice a second.

NOTIFY only wakes; what counts is the look. It delivers each event once, in order, when no transaction that could
still commit something before it is running. If the database goes away, the feed comes back to where it was.
"""

import asyncio
import logging
import random
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import psycopg
from django.db import Error as DjangoError
from django.db import connection

from events import epoch
from events.cursor import Position
from events.epoch import Head
from events.horizon import Horizon
from events.log import CHANNEL, COLUMNS, StoredEvent, stored
from events.threads import in_thread

logger = logging.getLogger(__name__)

AT_ONCE = 1000  # events per query
PATIENCE = 10.0  # seconds for one look
LONGEST_PAUSE = 2.0  # seconds between attempts to connect
POLL = 0.5  # seconds; a transaction that tells nothing can end and release what others told
IMPATIENT = 5.0  # seconds of looking at every tick for events that are known to be withheld
NEW_EVENTS = f"""
SELECT {COLUMNS} FROM events_event
WHERE (xid, id) > (%s::xid8, %s) AND (xid, id) <= (%s::xid8, %s)
ORDER BY xid, id LIMIT {AT_ONCE}
"""  # noqa: S608  parts are ours
TRANSPORT: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
    "application_name": "dcportal stream",
}


class Reader(Protocol):
    """Who is told."""

    def wants_events(self) -> bool: ...
    def deliver(self, events: Sequence[StoredEvent]) -> None: ...
    def restarted(self) -> None: ...


class Feed:
    """`position` is how far the reader was told; `epoch` and `position` are None until the first look."""

    def __init__(self, reader: Reader, tick: float) -> None:
        self.reader = reader
        self.tick = tick
        self.epoch: UUID | None = None
        self.position: Position = (0, 0)
        self.connected = False
        self.ready = asyncio.Event()
        self.clock = asyncio.get_running_loop().time
        self.horizon = Horizon(self.clock())
        self._looked_at = -1e9
        self._settled = 0
        self._owed: tuple[int, float] = (0, 0.0)  # events below this transaction were announced, at that time

    async def run(self) -> None:
        """Until cancelled."""
        pause = 0.05
        while True:
            try:
                async with await self._connect() as link:
                    pause = 0.05
                    await self._follow(link)
            except (psycopg.Error, DjangoError, OSError, TimeoutError) as error:
                logger.warning("event feed lost its database: %s", str(error).strip()[:200] or type(error).__name__)
            except Exception:
                logger.exception("event feed failed; it starts again")
            self.connected = False
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        async with asyncio.timeout(PATIENCE):  # not wait_for(): in Python 3.11 it may swallow a cancellation
            await in_thread(epoch.verify_server)
        link = await psycopg.AsyncConnection.connect(**(address() | TRANSPORT), autocommit=True)
        await link.execute("SET TIME ZONE 'UTC'")  # times are encoded as they come
        await link.execute(f"LISTEN {CHANNEL}")
        self.horizon.forget()
        return link

    async def _follow(self, link: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        notified = False
        while True:
            async with asyncio.timeout(PATIENCE):
                await self._look(link, notified)
            self.connected = True
            self.ready.set()
            notified = await self._wait(link)
            await asyncio.sleep(max(0.0, self._looked_at + self.tick - self.clock()))

    async def _wait(self, link: psycopg.AsyncConnection[tuple[Any, ...]]) -> bool:
        """Until somebody announces events, or it is time to look anyway; True if announced."""
        owed, since = self._owed
        withheld = owed > self._settled and self.clock() - since < IMPATIENT
        heard = False
        async for _ in link.notifies(timeout=self.tick if withheld else POLL, stop_after=1):
            heard = True
        return heard

    async def _look(self, link: psycopg.AsyncConnection[tuple[Any, ...]], notified: bool) -> None:
        asked_at = self.clock()
        row = await (await link.execute(epoch.HEAD)).fetchone()
        if row is None:  # truncated: a new stream begins
            await in_thread(epoch.verify_server)
            return
        head = Head.of(row)
        if notified:
            self._owed = (head.newest, asked_at)
        self._settled = head.settled
        if head.epoch != self.epoch or head.last < self.position:
            self._restart(head)
        await self._catch_up(link, head)
        self._looked_at = self.clock()
        self.horizon.mark(head.settled, head.newest, asked_at)

    def _restart(self, head: Head) -> None:
        first = self.epoch is None
        self.epoch, self.position = head.epoch, head.last
        if not first:
            self.reader.restarted()

    async def _catch_up(self, link: psycopg.AsyncConnection[tuple[Any, ...]], head: Head) -> None:
        while self.position < head.last:
            if not self.reader.wants_events():
                self.position = head.last
                return
            after, upto = self.position, head.last
            values = (str(after[0]), after[1], str(upto[0]), upto[1])
            events = [stored(row) for row in await (await link.execute(NEW_EVENTS, values)).fetchall()]
            self.position = head.last if len(events) < AT_ONCE else events[-1].position
            self.reader.deliver(events)
            await asyncio.sleep(0)  # let the sockets send


def address() -> dict[str, Any]:
    """libpq's parameters of Django's database."""
    given = connection.get_connection_params()
    ours = {"cursor_factory", "context", "prepare_threshold", "server_side_binding", "isolation_level", "assume_role"}
    return {key: value for key, value in given.items() if key not in ours}
