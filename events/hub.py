"""Fans the stream out to the sockets of this process.

One frame per tick is encoded for each distinct (topics, visibility) and shared by all sockets that have it. A socket
that does not keep up is dropped: it comes back with its cursor and is told what it missed.

Joining without loss: join (frames begin to queue up behind `start`), replay from the database up to `start`, then
read the queue. What lies behind `start` comes through the queue, all else through the replay, nothing through both.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from django.conf import settings

from events import frames
from events.cursor import Cursor, Position
from events.feed import Feed
from events.frames import Frame
from events.log import StoredEvent
from events.rechecks import Rechecks
from events.topics import Topics, topics_of
from events.visibility import Visibility

QUEUE = 64  # frames; at five per second, some twelve seconds behind
HEARTBEAT = 5.0  # seconds
SPREAD_BASE, SPREAD_EACH, SPREAD_MOST = 250, 20, 30_000  # milliseconds
READY = 5.0  # seconds to wait for the first look at the stream


@dataclass(frozen=True, slots=True)
class Filter:
    """What a socket asked for, and what it may see. Equal filters share their frames."""

    topics: Topics
    visibility: Visibility


@dataclass(eq=False, slots=True)
class Subscription:
    """One socket's place in the hub. `start` is the position behind which everything comes through the queue;
    `session` the key of the session that opened it, empty for a token."""

    filter: Filter
    start: Position
    session: str = ""
    queue: "asyncio.Queue[Frame]" = field(default_factory=lambda: asyncio.Queue(QUEUE))
    fell_behind: bool = False

    def put(self, frame: Frame) -> None:
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            self.fell_behind = True


class Hub:
    """Use `join` and `leave`; everything else is called by the feed."""

    def __init__(self, tick: float | None = None) -> None:
        self.feed = Feed(self, settings.STREAM_TICK_SECONDS if tick is None else tick)
        self.groups: dict[Filter, set[Subscription]] = {}
        self.frames_encoded = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        rechecks = Rechecks(self.subscriptions)
        self._tasks = [asyncio.create_task(each) for each in (self.feed.run(), self._beat(), rechecks.run())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def join(self, wanted: Filter, session: str = "") -> Subscription:
        """Raises TimeoutError while the stream has never been read: there is nothing yet to join."""
        async with asyncio.timeout(READY):
            await self.feed.ready.wait()
        subscription = Subscription(wanted, self.feed.position, session)
        self.groups.setdefault(wanted, set()).add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        members = self.groups.get(subscription.filter, set())
        members.discard(subscription)
        if not members:
            self.groups.pop(subscription.filter, None)

    def subscriptions(self) -> Iterator[Subscription]:
        return chain.from_iterable(self.groups.values())

    @property
    def epoch(self) -> UUID:
        """Known once somebody could join."""
        if self.feed.epoch is None:
            raise RuntimeError("the stream has not been read yet")
        return self.feed.epoch

    @property
    def sockets(self) -> int:
        return sum(len(members) for members in self.groups.values())

    @property
    def longest_queue(self) -> int:
        return max((each.queue.qsize() for members in self.groups.values() for each in members), default=0)

    @property
    def horizon_age(self) -> float:
        return self.feed.horizon.age(self.feed.clock())

    @property
    def spread(self) -> int:
        """Milliseconds over which all sockets of this process should spread what they fetch after a frame."""
        return min(SPREAD_BASE + SPREAD_EACH * self.sockets, SPREAD_MOST)

    def wants_events(self) -> bool:
        return bool(self.groups)

    def deliver(self, events: Sequence[StoredEvent]) -> None:
        """Queue one frame for each filter that lets some of these events pass."""
        by_topic: dict[str, list[int]] = defaultdict(list)
        for place, event in enumerate(events):
            for topic in topics_of(event):
                by_topic[topic].append(place)
        parts: dict[int, str] = {}
        spread = self.spread
        for wanted, members in self.groups.items():
            places = _passing(wanted, by_topic, events)
            if not places:
                continue
            for place in places:
                if place not in parts:
                    parts[place] = frames.encode_event(events[place])
            chosen = [events[place] for place in places]
            frame = frames.batch(self.epoch, self.feed.position, chosen, [parts[place] for place in places], spread)
            self.frames_encoded += 1
            for member in members:
                member.put(frame)

    def restarted(self) -> None:
        self._tell_all(frames.resync(self.epoch, self.feed.position))

    async def _beat(self) -> None:
        """Independent of the feed: when the database is gone, this is what says so."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            if self.groups:
                now = datetime.now(UTC)
                self._tell_all(frames.heartbeat(self.epoch, self.feed.position, now, self.horizon_age))

    def _tell_all(self, frame: Frame) -> None:
        for members in self.groups.values():
            for member in members:
                member.put(frame)


def _passing(wanted: Filter, by_topic: dict[str, list[int]], events: Sequence[StoredEvent]) -> list[int]:
    """Which events pass, by their place; in order, each once."""
    lists = [by_topic[topic] for topic in wanted.topics.names if topic in by_topic]
    if not lists:
        return []
    places = lists[0] if len(lists) == 1 else sorted(set().union(*lists))
    if wanted.visibility.everything:
        return places
    return [place for place in places if wanted.visibility.sees(events[place])]


_hub: Hub | None = None
_loop: asyncio.AbstractEventLoop | None = None


async def current() -> Hub:
    """The hub of this process, started at first use: a server that never sends `lifespan` has one as well."""
    global _hub, _loop
    if _hub is None or _loop is not asyncio.get_running_loop():
        _hub, _loop = Hub(), asyncio.get_running_loop()
        _hub.start()
    return _hub


def running() -> Hub | None:
    """The hub, if there is one; for metrics."""
    return _hub


def page_cursor() -> str:
    """The cursor for a page about to be read, from memory; "" while this process does not follow the stream.

    Called in pool threads while the feed moves on: both attributes are replaced whole, and the older is as good.
    """
    if _hub is None or _hub.feed.epoch is None:
        return ""
    return str(Cursor(_hub.feed.epoch, _hub.feed.position))


async def shut_down() -> None:
    global _hub
    if _hub is not None and _loop is asyncio.get_running_loop():
        await _hub.stop()
    _hub = None
