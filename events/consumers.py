"""The socket: /ws/stream?cursor=…&topics=…"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError

from events import frames, hub
from events.cursor import Cursor, Position
from events.frames import Frame
from events.handshake import Wish, origin_allowed, session_key, visibility_of
from events.hub import Filter, Hub, Subscription
from events.log import since
from events.threads import in_thread
from events.topics import Topics, TopicsError
from events.visibility import Visibility

logger = logging.getLogger(__name__)

SEND_SECONDS = 20.0  # for one frame; who takes longer comes back and replays
CLOSE_SECONDS = 5.0
AUTHENTICATE_SECONDS = 10.0
RECHECK_SECONDS = 60.0
MOST_MESSAGES = 100  # a client has nothing to say; more than this is noise
LONGEST_MESSAGE = 4096
PER_HOLDER = 60  # sockets of one user in this process: one per open page
REPLAY_PAGE = 500


class Close(IntEnum):
    """Codes with which the server closes; live.js knows them."""

    TOPICS = 4400
    SIGNED_OUT = 4401
    SCOPES_CHANGED = 4403
    FELL_BEHIND = 4408
    TOO_MANY = 4429
    NOISE = 1008
    BROKEN = 1011
    LATER = 1013


class CloseError(Exception):
    """End this socket with `code`."""

    def __init__(self, code: Close) -> None:
        super().__init__(code.name)
        self.code = code


_sockets: Counter[str] = Counter()


class EventStream(AsyncWebsocketConsumer):
    """Replays from the cursor, then follows. What the client sends is ignored, within bounds."""

    pump: "asyncio.Task[None] | None" = None
    holder: str = ""
    messages = 0
    sending_since: float | None = None  # by the loop's clock
    stuck = False

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' own hop to a thread per message: this consumer holds no database connection."""
        match message["type"]:
            case "websocket.connect":
                await self.connect()
            case "websocket.receive":
                await self._heard(message)
            case "websocket.disconnect":
                await self.disconnect(message.get("code", 1006))
                raise StopConsumer

    async def connect(self) -> None:
        if not origin_allowed(self.scope):
            await self.close()  # before it is accepted: the browser sees 403
            return
        await self.accept()
        try:
            wanted, visibility = await self._admit()
        except CloseError as end:
            await self.close(end.code)
            return
        except TopicsError as error:
            await self.send(text_data=frames.error(str(error)))
            await self.close(Close.TOPICS)
            return
        self.pump = asyncio.create_task(self._run(Filter(wanted, visibility)))

    async def _admit(self) -> tuple[Topics, Visibility]:
        """Raises CloseError, TopicsError."""
        visibility = await self._visibility()
        holder = visibility.holder or str((self.scope.get("client") or ("unix",))[0])
        if _sockets[holder] >= getattr(settings, "STREAM_SOCKETS_PER_USER", PER_HOLDER):
            raise CloseError(Close.TOO_MANY)
        wanted = Topics.parse(Wish.of(self.scope).topics)
        self.holder = holder
        _sockets[holder] += 1
        return wanted, visibility

    async def _visibility(self) -> Visibility:
        """Raises CloseError: SIGNED_OUT for nobody, LATER if that cannot be found out now."""
        try:
            async with asyncio.timeout(AUTHENTICATE_SECONDS):
                visibility = await in_thread(visibility_of, self.scope)
        except (DatabaseError, TimeoutError) as error:
            raise CloseError(Close.LATER) from error
        if visibility is None:
            raise CloseError(Close.SIGNED_OUT)
        return visibility

    async def _heard(self, message: dict[str, Any]) -> None:
        self.messages += 1
        size = len(message.get("text") or message.get("bytes") or "")
        if self.messages > MOST_MESSAGES or size > LONGEST_MESSAGE:
            with suppress(OSError, RuntimeError):  # more of it was on its way already when the socket was closed
                await self.close(Close.NOISE)

    async def disconnect(self, code: int) -> None:
        if self.pump is not None:
            self.pump.cancel()
            await asyncio.gather(self.pump, return_exceptions=True)
        if self.holder:
            _sockets[self.holder] -= 1
            if not _sockets[self.holder]:
                del _sockets[self.holder]
            self.holder = ""

    async def _run(self, wanted: Filter) -> None:
        code = Close.BROKEN
        try:
            with self._watched():
                await self._stream(await hub.current(), wanted)
        except CloseError as end:
            code = end.code
        except (DatabaseError, TimeoutError):
            code = Close.LATER  # no stream to join, no replay, or a reader that stands still
        except OSError:
            return  # the client is gone
        except Exception:
            logger.exception("a socket of the event stream failed")
        with suppress(OSError, RuntimeError, TimeoutError):  # the client was faster, or does not even read this
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.close(code)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Raises TimeoutError where a frame is not taken within SEND_SECONDS, give or take a quarter of them.

        One timer for all frames of a socket: one for each took a quarter of what sending takes.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        limit = float(getattr(settings, "STREAM_SEND_SECONDS", SEND_SECONDS))
        timer: asyncio.TimerHandle

        def look() -> None:
            nonlocal timer
            if self.sending_since is not None and loop.time() - self.sending_since >= limit and task is not None:
                self.stuck = task.cancel()
            else:
                timer = loop.call_later(limit / 4, look)

        timer = loop.call_later(limit / 4, look)
        try:
            yield
        except asyncio.CancelledError:
            if not self.stuck or task is None:
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            timer.cancel()

    async def _stream(self, source: Hub, wanted: Filter) -> None:
        subscription = await source.join(wanted, session_key(self.scope))
        try:
            known = await self._replay(source, subscription)
            await self._follow(source, subscription, known)
        finally:
            source.leave(subscription)

    async def _replay(self, source: Hub, subscription: Subscription) -> Position:
        """Send what the client missed up to the begin of its queue. Returns the position it knows then."""
        cursor = Wish.of(self.scope).cursor
        known = subscription.start
        if cursor and not _is_there(cursor, source, known):
            known = await self._replay_stored(cursor, source, subscription)
        await self._frame(frames.batch(source.epoch, known, [], [], source.spread))  # tells the client where it stands
        return known

    async def _replay_stored(self, cursor: str, source: Hub, subscription: Subscription) -> Position:
        wanted, start = subscription.filter, subscription.start
        while True:
            page = await in_thread(since, cursor, wanted.visibility, wanted.topics, REPLAY_PAGE, upto=start)
            if page.resync:
                await self._frame(frames.resync(source.epoch, start))
                return start
            cursor = page.cursor
            known = Cursor.parse(cursor).position
            if page.events:
                parts = [frames.encode_event(event) for event in page.events]
                await self._frame(frames.batch(source.epoch, known, page.events, parts, source.spread))
            if page.complete:
                return max(known, start)

    async def _follow(self, source: Hub, subscription: Subscription, known: Position) -> None:
        """Frames as they come, and now and then a look whether the client may still see them. Ends by CloseError."""
        later = asyncio.get_running_loop().call_later
        timer = later(_until_recheck(), subscription.put, frames.RECHECK)
        try:
            while True:
                if subscription.fell_behind:
                    raise CloseError(Close.FELL_BEHIND)
                frame = await subscription.queue.get()
                if frame is frames.RECHECK:
                    await self._recheck(subscription.filter.visibility)
                    timer = later(_until_recheck(), subscription.put, frames.RECHECK)
                    continue
                if frame.restart:
                    known = frame.position
                rest = frames.without(frame, known, source.epoch, source.spread)
                if rest is not None:
                    await self._frame(rest)
        finally:
            timer.cancel()

    async def _recheck(self, visibility: Visibility) -> None:
        """Raises CloseError if the user may no longer see what this socket shows."""
        try:
            now = await self._visibility()
        except CloseError as end:
            if end.code is Close.LATER:
                return  # the database is gone; so is the stream, until both are back
            raise
        if now != visibility:
            raise CloseError(Close.SCOPES_CHANGED)

    async def _frame(self, frame: Frame) -> None:
        self.sending_since = asyncio.get_running_loop().time()
        try:
            await self.base_send({"type": "websocket.send", "text": frame.text})
        except RuntimeError as error:  # uvicorn: the connection ended, but we have not been told yet
            raise ConnectionResetError from error
        finally:
            self.sending_since = None


def _until_recheck() -> float:
    """Seconds, scattered: sockets that came together must not ask together for ever."""
    return float(getattr(settings, "STREAM_RECHECK_SECONDS", RECHECK_SECONDS)) * random.uniform(0.8, 1.2)


def _is_there(cursor: str, source: Hub, start: Position) -> bool:
    """True for a client that missed nothing: on a quiet system every page that was just loaded."""
    return cursor == str(Cursor(source.epoch, start))
