"""Jobs: claimed by one worker at a time under a fencing token, in a transaction of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Subquery, Value
from django.db.models.functions import Greatest

from operations.choices import TargetState
from operations.models import Campaign, Job, Operation, Target

LEASE = timedelta(seconds=settings.OPERATION_SECONDS["lease"])
LONGEST_WAIT = timedelta(minutes=1)  # between two looks (pace.py, campaigns/decide.py), where settings say no more
CLOCKS_DIFFER = timedelta(minutes=1)  # what clocks of two hosts may be apart, and a job waits for nothing
# Times further ahead than the longest wait or lease were told by a clock that has been set back since: they are over.
# Only a campaign that begins later waits for longer (c.not_before).
_DUE = "(j.next_at <= %(now)s OR j.next_at > greatest(%(latest)s, c.not_before))"
_FREE = "(j.lease_until IS NULL OR j.lease_until < %(now)s OR j.lease_until > %(longest_lease)s)"
# A controller that answers slowly must not take all hands: at most so many of its jobs are claimed at once. Ranked
# first, as rows under a window function cannot be locked; locked then, passing over what another worker has. Picked
# once: as a subquery of the UPDATE it may be run for each row, and then claims more than it should.
_CLAIM = f"""
WITH due AS (
    SELECT j.id, j.next_at, coalesce(j.controller_id, t.controller_id) AS controller_id, c.not_before
    FROM operations_job j LEFT JOIN operations_target t ON t.id = j.target_id
        LEFT JOIN operations_campaign c ON c.operation_id = j.operation_id
    WHERE {_DUE} AND {_FREE}
), held AS (
    SELECT coalesce(j.controller_id, t.controller_id) AS controller_id, count(*) AS jobs
    FROM operations_job j LEFT JOIN operations_target t ON t.id = j.target_id
    WHERE NOT {_FREE} AND j.next_at IS NOT NULL GROUP BY 1
), ranked AS (
    SELECT due.id, due.next_at, due.controller_id, due.not_before, coalesce(held.jobs, 0)
        + row_number() OVER (PARTITION BY due.controller_id ORDER BY due.next_at, due.id) AS place
    FROM due LEFT JOIN held USING (controller_id)
), picked AS MATERIALIZED (
    SELECT j.id FROM operations_job j JOIN ranked c ON c.id = j.id
    WHERE (c.controller_id IS NULL OR c.place <= %(each)s) AND {_FREE} AND {_DUE}
    ORDER BY c.next_at LIMIT %(limit)s FOR UPDATE OF j SKIP LOCKED
)
UPDATE operations_job SET token = token + 1, lease_until = %(until)s WHERE id IN (SELECT id FROM picked)
RETURNING id, token
"""  # noqa: S608


class StaleTokenError(Exception):
    """Somebody else drives this job now: whatever was about to be written must not be."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to drive a job until the lease ends."""

    job_id: int
    token: int


def claim(now: datetime, limit: int, each: int) -> list[Claim]:
    """Jobs that are due and that nobody drives, at most `each` of one System Controller. Committed on return."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"limit": limit, "each": each, **_times(now)})
        return [Claim(*row) for row in cursor.fetchall()]


def _times(now: datetime) -> dict[str, datetime]:
    told = settings.OPERATION_SECONDS
    longest = max(LONGEST_WAIT, *(timedelta(seconds=told.get(name, 0)) for name in ("poll", "again")))
    return {
        "now": now, "until": now + LEASE, "latest": now + longest + CLOCKS_DIFFER,
        "longest_lease": now + LEASE + CLOCKS_DIFFER,
    }  # fmt: skip


def held(claim: Claim) -> Job:
    """The job's row, locked for the caller's transaction. Raises StaleTokenError."""
    job = Job.objects.select_for_update().filter(pk=claim.job_id, token=claim.token).first()
    if job is None:
        raise StaleTokenError
    return job


def release(job: Job, next_at: datetime | None, error: str = "", *, failed: bool = False) -> None:
    """Give a held job back; None: there is nothing more to do. In the transaction of `held`.

    The token is used up: a task that runs beside this one, or once more afterwards, is fenced off.
    """
    job.token += 1
    job.next_at, job.lease_until = next_at, None
    job.failures = job.failures + 1 if failed else 0
    job.error = error[:500]
    job.save(update_fields=["token", "next_at", "lease_until", "failures", "error"])


def operation_locked(operation_id: int) -> Operation:
    """For a change by people: its jobs are locked first, as they lock it, so that neither waits for the other."""
    list(Job.objects.select_for_update().filter(operation=operation_id, target=None).order_by("pk"))
    return Operation.objects.select_for_update().get(pk=operation_id)


def target_locked(target_id: int) -> Target:
    """The same for one target."""
    list(Job.objects.select_for_update().filter(target=target_id))
    return Target.objects.select_for_update().get(pk=target_id)


def running_locked(operation_id: int) -> None:
    """Before `operation_locked`, for a change of targets that run: their jobs are locked before that of the whole."""
    running = Job.objects.filter(operation=operation_id, target__state=TargetState.RUNNING)
    list(running.select_for_update(of=("self",)).order_by("pk"))


def wake(operation_id: int, now: datetime) -> None:
    """Let the job of the whole operation look at once; a campaign's slots too, but none before it may begin, unless it
    has been stopped since."""
    begins = Campaign.objects.filter(pk=operation_id, stop_reason="").values("not_before")
    due = Greatest(Value(now), Subquery(begins))  # PostgreSQL's passes over null
    Job.objects.filter(operation=operation_id, target=None).update(next_at=due)


def end_driving(target_ids: Iterable[int]) -> None:
    """People have stopped them: whoever drives one now writes and sends nothing more. Under `target_locked`."""
    free = {"token": F("token") + 1, "next_at": None, "lease_until": None}
    Job.objects.filter(target__in=list(target_ids)).update(**free)


def wake_targets(target_ids: Iterable[int], now: datetime) -> None:
    Job.objects.filter(target__in=list(target_ids)).update(next_at=now)
