"""Hands due jobs to django-q2's queue, never more than its workers have hands for."""

from datetime import datetime

from django_q.conf import Conf
from django_q.models import OrmQ

from operations import queue
from operations.engine import jobs

PER_WORKER = 4  # waiting tasks for each worker: enough to keep it busy until the next tick


def dispatch(now: datetime) -> int:
    """Claims what is due and enqueues a step for each. Returns how many."""
    room = Conf.WORKERS * PER_WORKER - OrmQ.objects.filter(key=Conf.CLUSTER_NAME).count()
    if room <= 0:
        return 0
    claims = jobs.claim(now, room, max(1, Conf.WORKERS * PER_WORKER // 2))
    for claim in claims:
        queue.put("operations.engine.run.step", claim.job_id, claim.token, save=False)
    return len(claims)
