"""Does a cluster still work? A task that does nothing goes through all of it; its row is gone when it has come through.

django-q2 hangs for good when a worker is killed while it holds the lock of the shared queue
(docs/decisions; its issue 23): replacements start, and none of them gets a task.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django_q.models import OrmQ

from operations import queue

ABANDONED = timedelta(hours=1)


def beat() -> None:
    """The task of a heartbeat."""


@dataclass(slots=True)
class Heart:
    """Of the cluster `name`. Times are seconds of time.monotonic(); `patience` must exceed what tasks may take."""

    every: float
    patience: float
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    row: int | None = None
    sent_at: float = float("-inf")

    def stopped(self, now: float) -> bool:
        """True when the cluster has left a beat unanswered for too long. Sends the next beat when it is time."""
        if self.row is not None and not queue.outstanding(self.row):
            self.row = None
        if self.row is None and now - self.sent_at >= self.every:
            self.row, self.sent_at = self._send(), now
        return self.row is not None and now - self.sent_at > self.patience

    def _send(self) -> int:
        return queue.put("operations.heartbeat.beat", queue=queue.HEARTBEAT + self.name, save=False)

    def forget(self, now: float) -> None:
        """Begin anew: with a fresh cluster, or after the database was away and nothing could be judged."""
        if self.row is not None:
            OrmQ.objects.filter(pk=self.row).delete()
        self.row, self.sent_at = None, now


def bury(now: datetime) -> None:
    """Remove beats of supervisors that were killed."""
    OrmQ.objects.filter(key__startswith=queue.HEARTBEAT, lock__lt=now - ABANDONED).delete()
