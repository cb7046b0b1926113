"""The job of a whole operation: checks it, lets targets start within its limits, and closes it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events.log import append
from operations.choices import ACTIVE_TARGETS, Kind, OperationState, TargetState
from operations.engine import jobs, preflight
from operations.engine.campaign import conduct as campaign
from operations.engine.closing import close
from operations.engine.events import operation_event, target_event
from operations.engine.idling import awaits
from operations.engine.pace import pace
from operations.models import Attempt, Job, Operation, Target
from sites.services.brake import FLEET, brakes_on

SHORT_OF_ROOM = 200  # targets that start in one turn


def step(claim: jobs.Claim, job: Job) -> None:
    """Raises StaleTokenError when somebody else drives the job now."""
    operation = Operation.objects.get(pk=job.operation_id)
    if operation.state == OperationState.CHECKING:
        preflight.check(claim, operation)
    elif operation.state == OperationState.PROCESSING and operation.kind == Kind.CAMPAIGN:
        campaign.step(claim, job)
    elif operation.state == OperationState.PROCESSING:
        conduct(claim, timezone.now())
    else:
        with transaction.atomic():
            jobs.release(jobs.held(claim), None)


def conduct(claim: jobs.Claim, now: datetime) -> None:
    """One turn, one transaction."""
    with transaction.atomic():
        job = jobs.held(claim)
        operation = Operation.objects.select_for_update().get(pk=job.operation_id)
        states = Counter(operation.targets.values_list("state", flat=True))
        reason = _admit(operation, states, now)
        if not any(states[state] for state in ACTIVE_TARGETS):
            close(operation, now)
            jobs.release(job, None)
            return
        if reason != operation.state_reason:
            operation.state_reason = reason
            operation.save(update_fields=["state_reason"])
            append([operation_event(operation, now, {"state_reason": reason})])
        jobs.release(job, now + pace().poll)


def _admit(operation: Operation, states: Counter[str], now: datetime) -> str:
    """Starts as many targets as there is room for, and counts them in `states`. Returns why none starts, or ""."""
    if not states[TargetState.WAITING]:
        return ""
    limit = operation.stop_after_failures
    if limit is not None and states[TargetState.FAILED] >= limit:
        return f"{states[TargetState.FAILED]} failed, the limit is {limit}: no further one starts."
    if operation.held:
        return "On hold: no further one starts."
    held = _in_doubt(operation) if states[TargetState.HELD] else 0
    room = operation.max_at_once - states[TargetState.RUNNING] - held
    if room <= 0 and held:
        return _decide_first(held)
    brakes = brakes_on()
    if FLEET in brakes:
        return brakes[FLEET]
    waiting = operation.targets.select_for_update().filter(state=TargetState.WAITING).order_by("number")
    free = waiting.exclude(region__in=brakes)[: max(0, min(room, SHORT_OF_ROOM))]
    started = 0
    for target in free:
        start(target, operation.requester_name, now)
        started += 1
    states[TargetState.WAITING] -= started
    states[TargetState.RUNNING] += started
    return _braked(operation, brakes)


def _in_doubt(operation: Operation) -> int:
    """How many are held for which work may go on upstream: they count within the limit. Who only waited does not."""
    held = operation.targets.filter(state=TargetState.HELD).only("steps", "step")
    return sum(not awaits(target) for target in held)


def _decide_first(held: int) -> str:
    waits, keeps = ("waits", "keeps its place") if held == 1 else ("wait", "keep their places")
    return f"{held} {waits} for a decision and {keeps}: no further one starts until somebody has decided."


def _braked(operation: Operation, brakes: Mapping[str, str]) -> str:
    """The sentence of a region's brake that keeps targets waiting; "" for none."""
    held = operation.targets.filter(state=TargetState.WAITING, region__in=brakes).order_by("number")
    region = held.values_list("region", flat=True).first() if brakes else None
    return brakes[region] if region is not None else ""


def start(target: Target, requester: str, now: datetime) -> None:
    """A new attempt, with a job of its own. In the caller's transaction."""
    target.state, target.attempt = TargetState.RUNNING, target.attempt + 1
    target.started_at, target.ended_at = now, None
    target.error = target.cause = target.message = ""
    target.save()
    verb = target.steps[target.step]
    Attempt.objects.create(target=target, number=target.attempt, verb=verb, requester_name=requester, began_at=now)
    Job.objects.update_or_create(
        target=target, defaults={"operation_id": target.operation_id, "next_at": now, "lease_until": None}
    )
    append([target_event(target, now)])
