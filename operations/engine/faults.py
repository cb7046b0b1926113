"""Faults of the portal itself in a job: kept, and shown to people once they come again and again."""

from datetime import datetime

from django.db import transaction

from events.log import append
from operations.choices import ENDED_OPERATIONS, TargetState
from operations.engine import jobs
from operations.engine.campaign.events import event_of_batch
from operations.engine.events import operation_event, target_event
from operations.models import Batch, Job, Operation, Target

SHOWN_FROM = 3  # in a row: one or two may be a database that has just restarted
SAID = "The portal itself has a fault here ({kind}), {times} times in a row. It tries again; tell whoever runs it."


def note(claim: jobs.Claim, kind: str, now: datetime, next_at: datetime) -> None:
    """A step ended in an exception that is a fault of ours. Only its kind is kept: texts may hold anything.

    Raises StaleTokenError.
    """
    with transaction.atomic():
        job = jobs.held(claim)
        jobs.release(job, next_at, f"fault in the portal: {kind}", failed=True)
        if job.failures < SHOWN_FROM:
            return
        said = SAID.format(kind=kind[:80], times=job.failures)
        if job.controller_id is not None:
            _say_of_batches(job, said, now)
        elif job.target_id is not None:
            _say_of_target(job.target_id, said, now)
        else:
            _say_of_operation(job, said, now)


def _say_of_target(target_id: int, said: str, now: datetime) -> None:
    target = Target.objects.select_for_update().get(pk=target_id)
    if target.state == TargetState.RUNNING:
        target.message = said
        target.save(update_fields=["message"])
        append([target_event(target, now)])


def _say_of_batches(job: Job, said: str, now: datetime) -> None:
    """Of a campaign, of what is under way at that System Controller; where nothing is, of the whole."""
    at_work = Batch.objects.select_for_update(of=("self",)).filter(
        wave__campaign=job.operation_id, controller=job.controller_id, ended_at=None, started_at__isnull=False
    )
    batches = list(at_work)
    if not batches:
        _say_of_operation(job, said, now)
    for batch in batches:
        batch.message = said
        batch.save(update_fields=["message"])
        append([event_of_batch(job.operation_id, batch, now)])


def _say_of_operation(job: Job, said: str, now: datetime) -> None:
    operation = Operation.objects.select_for_update().get(pk=job.operation_id)
    if operation.state not in ENDED_OPERATIONS:
        operation.state_reason = said
        operation.save(update_fields=["state_reason"])
        append([operation_event(operation, now, {"state_reason": said})])
