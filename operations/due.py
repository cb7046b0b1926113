"""What has to be done again and again: settings.HOUSEKEEPING, dotted path of a function to seconds between its calls.

One worker in the whole installation enqueues it, the one that holds an advisory lock for as long as its connection
lives. A function that has not been done yet is not enqueued again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

from operations import queue

LOCK = 0x6463_0001  # any number that nothing else in this database uses


@dataclass(slots=True)
class Housekeeping:
    """Times are seconds of time.monotonic()."""

    periods: Mapping[str, float]
    elected: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    enqueued_at: dict[str, float] = field(default_factory=dict)

    def due(self, now: float) -> list[str]:
        """Functions whose time has come; all of them at first."""
        return [name for name, period in self.periods.items() if now - self.enqueued_at.get(name, -period) >= period]

    def enqueue(self, now: float) -> None:
        due = self.due(now)
        if not due or not self._elect():
            return
        for name in due:
            if name in self.rows and queue.outstanding(self.rows[name]):
                continue
            self.rows[name] = queue.put(name, group="housekeeping")
            self.enqueued_at[name] = now

    def _elect(self) -> bool:
        """True if this worker is the one that enqueues."""
        if not self.elected:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                self.elected = bool(cursor.fetchone()[0])
        return self.elected

    def connection_lost(self) -> None:
        """The lock went with it."""
        self.elected = False
