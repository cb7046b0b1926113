"""The epoch of the stream: which server's transaction ids its cursors speak of.

After a dump is restored elsewhere, or a server goes back in time, transaction ids mean nothing any more. Then the
epoch changes, and every client that comes with an old cursor is told to load its page anew.
"""

import logging
import uuid
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError, ProgrammingError, connection, transaction

from events.cursor import Position

logger = logging.getLogger(__name__)

UNKNOWN = "unknown"
SERVER = (
    "SELECT system_identifier || '/' || timeline_id FROM pg_control_system(), pg_control_checkpoint()"
    # the identifier is made by initdb; the timeline counts restores to a point in time and fail-overs
)
HEAD = """
SELECT epoch, floor_xid::text, floor_id, last.xid::text, last.id,
       pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text
FROM events_stream LEFT JOIN LATERAL (
    SELECT event.xid, event.id FROM events_event event WHERE event.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY event.xid DESC, event.id DESC LIMIT 1
) last ON true
WHERE events_stream.id = 1
"""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the stream stands: all transactions below `settled` have ended, none at or above `newest` has.

    `last` is the place of the last settled event, and what cursors are made of. `settled` itself would not do: after
    a crash PostgreSQL gives ids of transactions that left no trace a second time.
    """

    epoch: UUID
    floor: Position
    last: Position
    settled: int
    newest: int

    @classmethod
    def of(cls, row: tuple[UUID, str, int, str | None, int | None, str, str]) -> "Head":
        epoch, floor_xid, floor_id, last_xid, last_id, settled, newest = row
        floor = int(floor_xid), floor_id
        last = max(floor, (int(last_xid or 0), last_id or 0))
        return cls(epoch, floor, last, int(settled), int(newest))


def head() -> Head:
    """One query; makes the row where there is none yet."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        row = cursor.fetchone()
    if row is None:
        verify_server()
        return head()
    return Head.of(row)


def verify_server() -> bool:
    """True if the stream belongs to this server. If not, or if there is none, begin a new epoch and return False."""
    server = _server()
    with connection.cursor() as cursor:
        cursor.execute("SELECT server FROM events_stream WHERE id = 1")
        row = cursor.fetchone()
    if row is not None and server in (row[0], UNKNOWN):
        return True
    begin_epoch(server, known=None if row is None else row[0])
    return False


def _server() -> str:
    """Which server this is; UNKNOWN where it may not or cannot say: then nobody is told to start anew for it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(SERVER)
            return str(cursor.fetchone()[0])
    except (OperationalError, ProgrammingError) as error:
        connection.ensure_connection()
        logger.warning("PostgreSQL does not tell its identity; a restore will not be noticed: %s", error)
        return UNKNOWN


def begin_epoch(server: str, *, known: str | None) -> None:
    """A new epoch for `server`, unless another process was first. Events stay, but behind every new position."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_stream (id, epoch, server, floor_xid, floor_id) VALUES (1, %s, %s, '0', 0)"
            " ON CONFLICT (id) DO UPDATE SET epoch = EXCLUDED.epoch, server = EXCLUDED.server,"
            " floor_xid = '0', floor_id = 0 WHERE events_stream.server = %s",
            [uuid.uuid4(), server, known],
        )
        if cursor.rowcount and known is not None:
            # ids of another server may lie in this one's future and would be withheld for years
            cursor.execute("UPDATE events_event SET xid = '0' WHERE xid >= pg_current_xact_id()")
