"""Reads of what happened, for pages."""

from datetime import datetime

from django.db import connection

from events.log import COLUMNS, StoredEvent, stored
from events.visibility import Visibility

Before = tuple[datetime, int]
"""(at, id) of the last entry of the page before."""


def for_cloud(
    cloud_id: int, visibility: Visibility, before: Before | None = None, limit: int = 50
) -> list[StoredEvent]:
    """The timeline of one cloud, newest first, as far as it may be seen; one query on (cloud_id, at)."""
    seen, values = visibility.condition()
    page = "AND (at, id) < (%s, %s)" if before else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM events_event WHERE cloud_id = %s {page} AND {seen}"  # noqa: S608  parts are ours
            " ORDER BY at DESC, id DESC LIMIT %s",
            [cloud_id, *(before or ()), *values, limit],
        )
        return [stored(row) for row in cursor.fetchall()]
