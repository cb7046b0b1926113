"""Whether the database is still the one that was written to: a restored one holds less than what is remembered here.

A restore may come with another server, another database, a new epoch of the stream, or none of these. But it always
goes back in time, and then what this collector wrote at its last turn is not there.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Mark:
    """What a database is known by. `epoch` is empty before the stream has one; `written_at`: our sign of life."""

    started_at: datetime
    database: int
    epoch: str
    written_at: datetime | None

    def same_server(self, other: "Mark") -> bool:
        """False also after a restart, as a crash loses commits that were not waited for."""
        same_epoch = not self.epoch or self.epoch == other.epoch
        return same_epoch and (self.started_at, self.database) == (other.started_at, other.database)

    def holds(self, other: "Mark") -> bool:
        """Whether `other`, read later and before anything more was written, is of the same database, gone on."""
        return self.same_server(other) and self.written_at == other.written_at


def read_mark(collector: str) -> Mark:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_postmaster_start_time(), (SELECT oid FROM pg_database WHERE datname = current_database()),"
            " (SELECT epoch::text FROM events_stream WHERE id = 1),"
            " (SELECT seen_at FROM sites_collectorprocess WHERE name = %s)",
            [collector],
        )
        started_at, database, epoch, written_at = cursor.fetchone()
    return Mark(started_at, int(database), epoch or "", written_at)
