"""Old events go, from the beginning of the stream on and in small transactions; the stream's floor moves with them."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from events.cursor import Position
from events.epoch import head

BATCH = 5000
OLDEST = """
SELECT xid::text AS xid_text, id, stored_at FROM events_event
WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id LIMIT %s
"""


def prune(now: datetime) -> Iterator[int]:
    """Delete events stored before `now` - EVENT_RETENTION; yields the count of each batch.

    A reader whose cursor lies before what is left is told to start anew.
    """
    cutoff = now - settings.EVENT_RETENTION
    head()  # makes sure that there is a floor to be moved
    while (count := _batch(cutoff)) > 0:
        yield count


def _batch(cutoff: datetime) -> int:
    """Only a leading run is deleted: a hole further on would be a gap that no cursor tells."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OLDEST, [BATCH])
        last: Position | None = None
        for xid, number, stored_at in cursor.fetchall():
            if stored_at >= cutoff:
                break
            last = int(xid), number
        if last is None:
            return 0
        values = (str(last[0]), last[1])
        cursor.execute("UPDATE events_stream SET floor_xid = %s, floor_id = %s WHERE id = 1", values)
        cursor.execute("DELETE FROM events_event WHERE (xid, id) <= (%s::xid8, %s)", values)
        return int(cursor.rowcount)
