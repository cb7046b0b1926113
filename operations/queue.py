"""django-q2's queue in PostgreSQL, with what its own broker lacks where several clusters share one queue.

- A heartbeat must be answered by the very cluster that is asked: it travels in a queue that only this one reads.
- A task that is taken moves to a queue named after its taker, so that the tasks of a cluster that was killed can be
  given back at once. Those of a supervisor that was killed too come back after Q_CLUSTER's `retry`, as in django-q2.
"""

import os
import time
from typing import Any

from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

CLUSTER = "DCPORTAL_CLUSTER"  # environment variable: the cluster's name, given by its supervisor
HEARTBEAT, TAKEN = "heartbeat-", "taken-"


class Broker(ORM):
    """Named in settings.Q_CLUSTER. `enqueued` is the row of the last task put in through this object."""

    enqueued: int | None = None

    def dequeue(self) -> list[tuple[int, str]]:
        """The next task, locked for `retry` seconds; what another cluster has taken meanwhile is left out."""
        cluster = os.environ.get(CLUSTER, "")
        readable = Q(key__in=[self.list_key, HEARTBEAT + cluster]) | Q(key__startswith=TAKEN)
        heartbeat_first = Case(When(key=HEARTBEAT + cluster, then=Value(0)), default=Value(1))
        waiting = self.get_connection().filter(readable, lock__lt=timezone.now())
        rows = list(waiting.order_by(heartbeat_first, "id")[: Conf.BULK])
        if not rows:
            time.sleep(Conf.POLL)
        return [(row.pk, row.payload) for row in rows if self._take(row, cluster)]

    def _take(self, row: OrmQ, cluster: str) -> bool:
        untouched = self.get_connection().filter(pk=row.pk, lock=row.lock)
        return bool(untouched.update(lock=self.timeout(row), key=TAKEN + cluster))

    def enqueue(self, task: str) -> int:
        self.enqueued = super().enqueue(task)
        return self.enqueued


def put(function: str, *arguments: Any, queue: str | None = None, **options: Any) -> int:
    """Enqueue a call of `function` (dotted path) and return its row, which is gone once the task has been done."""
    broker = Broker(list_key=queue or Conf.CLUSTER_NAME)
    async_task(function, *arguments, broker=broker, task_name=function.rpartition(".")[2], **options)
    if broker.enqueued is None:
        raise RuntimeError("django-q2 ran the task itself: Q_CLUSTER must not be synchronous")
    return broker.enqueued


def outstanding(row: int) -> bool:
    """True while a task has not been done, waiting or running."""
    return bool(OrmQ.objects.filter(pk=row).exists())


def give_back(cluster: str) -> None:
    """Let others do what a cluster had taken. Call it when nothing of that cluster runs any more."""
    OrmQ.objects.filter(key=TAKEN + cluster).update(key=Conf.CLUSTER_NAME, lock=timezone.now())
