"""The event log: append in the transaction that changes something, read in an order that loses nothing.

Sequence numbers are given before commit, so "id greater than my last" skips what commits late. Here the order is
(transaction id, id), and only transactions below every one still running are read (decision record 0002).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from events.cursor import Cursor, CursorError, Position
from events.epoch import Head, head
from events.kinds import Kind
from events.payload import encode, text
from events.topics import Topics
from events.visibility import Visibility

CHANNEL = "events"
# Equal notifications of one transaction are folded into one by PostgreSQL itself. And what readers have seen must
# survive a crash: a transaction that is lost gives its id, and so its place in the stream, to another one.
ANNOUNCE = f"""
SELECT pg_notify('{CHANNEL}', ''),
       CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
"""
FAR_BEHIND = 5000  # events; more than this is dearer to replay than a page is to load
# ORDER BY looks at the names of the output first: an "xid" there would be sorted as text
COLUMNS = "xid::text AS xid_text, id, at, kind, subject, controller_id, cloud_id, group_id, region, data::text"


class NewEvent(NamedTuple):  # a tuple is made three times as fast as a dataclass, and a storm makes thousands
    """An event to be written. `subject` is `noun:ID`; controller, home group and region decide who sees it."""

    kind: Kind
    subject: str
    at: datetime
    data: dict[str, Any]
    controller_id: int | None = None
    cloud_id: int | None = None
    group_id: int | None = None
    region: str = ""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as read back."""

    position: Position
    at: datetime
    kind: str
    subject: str
    controller_id: int | None
    cloud_id: int | None
    group_id: int | None
    region: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in order, and the cursor behind the last. With `resync` the reader must load everything anew."""

    events: list[StoredEvent]
    cursor: str
    resync: bool = False
    complete: bool = True


def append(events: Iterable[NewEvent]) -> int:
    """Write events within the caller's transaction; readers wake when it commits. Returns how many.

    The transaction will wait for its commit to be on disk, whatever was set before.

    Raises TransactionManagementError outside of a transaction: an event must not outlive a change that failed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("events are written in the transaction of the change they tell")
    count = 0
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY events_event (at, kind, subject, controller_id, cloud_id, group_id, region, data) FROM STDIN"
        ) as copy:
            for event in events:
                copy.write_row(_row(event))
                count += 1
        if count:
            cursor.execute(ANNOUNCE)
    return count


def _row(event: NewEvent) -> tuple[Any, ...]:
    place = (event.controller_id, event.cloud_id, event.group_id, text(event.region, 80))
    return (event.at, event.kind.value, text(event.subject, 80), *place, encode(event.data))


def cursor_now() -> str:
    """The cursor for a page about to be read: whatever is not yet visible to it comes later in the stream."""
    now = head()
    return str(Cursor(now.epoch, now.last))


def since(
    cursor: str, visibility: Visibility, topics: Topics, limit: int = 500, *, upto: Position | None = None
) -> Page:
    """Events behind `cursor` that are settled (and not beyond `upto`), oldest first, at most `limit`.

    A cursor of another epoch, older than retention, or far behind is answered with `resync`.
    """
    now = head()
    end = min(upto or now.last, now.last)
    start = _start(cursor, now)
    if start is None:
        return Page([], str(Cursor(now.epoch, end)), resync=True)
    if start >= end:
        return Page([], cursor)
    rows = _between(start, end, visibility, topics, limit)
    complete = len(rows) < limit
    last = end if complete else rows[-1].position
    return Page(rows, str(Cursor(now.epoch, last)), complete=complete)


def _start(cursor: str, now: Head) -> Position | None:
    """The position of a cursor; None if the stream cannot continue from there."""
    try:
        parsed = Cursor.parse(cursor)
    except CursorError:
        return None
    if parsed.epoch != now.epoch or parsed.position < now.floor or parsed.position > now.last:
        return None
    return None if _is_far_behind(parsed.position) else parsed.position


def _is_far_behind(position: Position) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT true FROM events_event WHERE (xid, id) > (%s::xid8, %s) ORDER BY xid, id OFFSET %s LIMIT 1",
            [str(position[0]), position[1], FAR_BEHIND],
        )
        return cursor.fetchone() is not None


def _between(start: Position, end: Position, visibility: Visibility, topics: Topics, limit: int) -> list[StoredEvent]:
    seen, seen_values = visibility.condition()
    told, told_values = topics.condition()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM events_event"  # noqa: S608  conditions are ours, values are parameters
            f" WHERE (xid, id) > (%s::xid8, %s) AND (xid, id) <= (%s::xid8, %s) AND {seen} AND {told}"
            " ORDER BY xid, id LIMIT %s",
            [str(start[0]), start[1], str(end[0]), end[1], *seen_values, *told_values, limit],
        )
        return [stored(row) for row in cursor.fetchall()]


def stored(row: tuple[Any, ...]) -> StoredEvent:
    """From a row of COLUMNS."""
    xid, number, at, kind, subject, controller_id, cloud_id, group_id, region, data = row
    place = (controller_id, cloud_id, group_id, region)
    return StoredEvent((int(xid), number), at, kind, subject, *place, orjson.loads(data))
