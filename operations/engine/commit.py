"""Advance, event and next look in one transaction, guarded by the job's token."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from events.log import append
from operations import words
from operations.choices import ACTIVE_TARGETS, Outcome, TargetState
from operations.engine import jobs
from operations.engine.adoption import counts
from operations.engine.decide import NOT_LEGAL
from operations.engine.events import target_event, told
from operations.engine.outcomes import never_sent
from operations.engine.phases import close_phase, note_phase
from operations.engine.seen import Answer, Ask, Decision, Done, Fail, Seen, View, Wait
from operations.engine.usual import is_stuck, usual_cached
from operations.models import Attempt, Intent, Job, RunSecret, Target
from sites.models import Cloud
from sites.services.actors import Actor
from sites.services.brake import demand_released
from sites.services.clouds import place
from starlingx.deploy_states import Kind, deploy_state

ANSWERS = {
    Outcome.ACCEPTED: "was accepted",
    Outcome.REFUSED: "was refused",
    Outcome.UNKNOWN: "got no answer",
    Outcome.UNSENT: "could not be sent",
}


def write_intent(claim: jobs.Claim, view: View, decision: Decision, verb: str, seen: Seen, now: datetime) -> Intent:
    """The request as a row, before it is sent. Raises StaleTokenError, BrakedError."""
    with transaction.atomic():
        target = _as_decided_on(jobs.held(claim), view)
        demand_released(target.region)
        _settle(target, decision, now)
        before = told(target)
        _note(target, seen, now)
        if verb == "add":  # one that was there was taken away by us: the new one has a number of its own
            target.dcmanager_id, target.region_name, target.cloud = None, "", None
        number = target.intents.count() + 1
        intent = Intent.objects.create(
            target=target, attempt=target.attempt, number=number, verb=verb, step=target.steps[target.step],
            before=seen.before(), created_at=now,
        )  # fmt: skip
        target.message = getattr(decision.action, "message", "") or f"{verb} is sent"
        _save(target, before, now)
    return intent


def write_answer(claim: jobs.Claim, intent: Intent, answer: Answer, now: datetime, again: timedelta) -> None:
    """What the answer to a request said. Raises StaleTokenError: whoever drives the job now looks for the effect."""
    with transaction.atomic():
        job = jobs.held(claim)
        Intent.objects.filter(pk=intent.pk, outcome=Outcome.PENDING).update(
            outcome=answer.outcome, status=answer.status, detail=answer.detail[:500], answered_at=now
        )
        target = _target(job)
        before = told(target)
        word = "was not sent" if never_sent(answer.outcome, answer.status) else ANSWERS[answer.outcome]
        target.message = f"{intent.verb} {word}"
        if intent.verb == "abort" and answer.outcome == Outcome.REFUSED:
            target.abort_requested = False  # it may be asked for again
            target.message = f"abort {word}: {answer.detail}"[:500]
        _save(target, before, now)
        jobs.release(job, now if answer.outcome == Outcome.REFUSED else now + again)


def park(claim: jobs.Claim) -> None:
    """There is nothing to drive: the target has stopped, or somebody must decide first. Raises StaleTokenError."""
    with transaction.atomic():
        jobs.release(jobs.held(claim), None)


def postpone(
    claim: jobs.Claim, message: str, now: datetime, again: timedelta, *, failed: bool, silent: bool = False
) -> None:
    """Nothing could be looked at or sent now; `silent`: as nobody answered. Raises StaleTokenError."""
    with transaction.atomic():
        job = jobs.held(claim)
        if silent:
            Job.objects.filter(pk=job.pk).update(silent_at=now)  # `release` leaves it
        target = _target(job)
        before = told(target)
        target.message = message[:500]
        _save(target, before, now)
        jobs.release(job, now + again, message if failed else "", failed=failed)


def advance(claim: jobs.Claim, view: View, decision: Decision, seen: Seen, now: datetime) -> None:
    """Everything a decision changes, but for sending. Raises StaleTokenError."""
    with transaction.atomic():
        job = jobs.held(claim)
        target = _as_decided_on(job, view)
        before = told(target)
        _settle(target, decision, now)
        if not _of_somebody_else(view, decision):
            _note(target, seen, now, doubt=isinstance(decision.action, Ask))
        next_at = _apply(target, decision.action, now)
        _save(target, before, now)
        jobs.release(job, next_at)
        if next_at is None:
            jobs.wake(target.operation_id, now)


def _of_somebody_else(view: View, decision: Decision) -> bool:
    """What stands there under the name of a site that was to be made: no retry may find it under ours."""
    action = decision.action
    return view.step == "add" and isinstance(action, Fail) and action.cause == NOT_LEGAL


def _apply(target: Target, action: Any, now: datetime) -> datetime | None:
    """When to look again; None when the target has stopped."""
    match action:
        case Wait(after, message):
            target.message = message[:500]
            return now + after
        case Done(message):
            return _next_step(target, message, now)
        case Fail(error, cause):
            stop(target, TargetState.FAILED, now, error=error, cause=cause)
        case Ask(message):
            target.state, target.message = TargetState.HELD, message[:500]
            end_attempt(target, now)
    return None


def _next_step(target: Target, message: str, now: datetime) -> datetime | None:
    ended = target.steps[target.step]
    target.step += 1
    if target.step == len(target.steps):
        stop(target, TargetState.COMPLETED, now)
        target.message = (too_late(ended, target) if target.abort_requested else message)[:500]
        return None
    if target.abort_requested:  # it was for the whole: what follows is not what anybody wants now
        stop(target, TargetState.FAILED, now, error=too_late(ended, target), cause="too-late")
        return None
    target.message = message[:500]
    close_phase(target, now, completed=True)
    return now


def too_late(ended: str, target: Target) -> str:
    """What an abort comes to when its step, `ended`, has ended well before it could be stopped."""
    word = f" (dcmanager says {target.deploy_status})" if target.deploy_status else ""
    told = f"The abort came too late: {words.step(ended)} had ended before it could be stopped{word}."
    rest = ", ".join(words.step(name) for name in target.steps[target.step :])
    return f"{told} Not done, as it was aborted: {rest}." if rest else told


def stop(target: Target, state: TargetState, now: datetime, *, error: str = "", cause: str = "") -> None:
    """The target has ended, for now or for good; its secrets go at once. The caller saves and tells."""
    target.state, target.ended_at = state, now
    target.error, target.cause = error[:2048], cause[:40]
    target.message, target.stuck = "", False
    close_phase(target, now, completed=state == TargetState.COMPLETED)
    Attempt.objects.filter(target=target, number=target.attempt).update(
        ended_at=now, outcome=state, error=error[:2048], cause=cause[:40]
    )
    RunSecret.objects.filter(target=target).delete()


def end_attempt(target: Target, now: datetime) -> None:
    """Nobody looks any more until a person has decided; what goes on upstream meanwhile belongs to no attempt."""
    close_phase(target, now, completed=False)
    Attempt.objects.filter(target=target, number=target.attempt, ended_at=None).update(
        ended_at=now, outcome=TargetState.HELD, error=target.message
    )


def _target(job: Job) -> Target:
    """The job's target, locked: people change it too (abort, decide)."""
    return Target.objects.select_for_update().get(job=job)


def _as_decided_on(job: Job, view: View) -> Target:
    """The job's target, locked. Raises StaleTokenError where something was sent since `view` was taken: then the same
    task ran beside this one, and was quicker; or where people have stopped it meanwhile."""
    target = _target(job)
    if target.state != TargetState.RUNNING:
        raise jobs.StaleTokenError
    if target.intents.filter(attempt=target.attempt, step=view.step).count() != len(view.sent):
        raise jobs.StaleTokenError
    return target


def _settle(target: Target, decision: Decision, now: datetime) -> None:
    """What became of the last request of this step shows now, or that one which was given up took effect."""
    outcome = decision.outcome
    if decision.adopts is not None:
        target.intents.filter(number=decision.adopts).update(outcome=outcome, settled_at=now)
        return
    if outcome is None:
        return
    step = target.steps[target.step]
    sent = target.intents.filter(attempt=target.attempt, step=step).order_by("-number")
    last = next((each for each in sent if counts(step, each.verb)), None)
    if last is not None and last.outcome not in (outcome, Outcome.REFUSED, Outcome.LOST, Outcome.UNSENT):
        last.outcome, last.settled_at = outcome, now
        last.save(update_fields=["outcome", "settled_at"])


def _note(target: Target, seen: Seen, now: datetime, *, doubt: bool = False) -> None:
    """What the look showed: identity once it is known, deploy status, phases, whether it takes unusually long.

    In `doubt` a site that is there may be somebody else's: a retry must not find it under our name.
    """
    if not seen.looked:
        return
    target.seen_at = seen.at
    subcloud = seen.subcloud
    if subcloud is None:
        target.deploy_status = ""  # with an id of dcmanager's: it was there, and is not any more (verdicts.gone)
        return
    if target.dcmanager_id is None and not doubt:
        target.dcmanager_id, target.region_name = subcloud.id, subcloud.region_name
    if target.cloud_id is None and target.dcmanager_id is not None:
        _join(target, now)
    span = note_phase(target, seen, now)
    target.deploy_status = subcloud.deploy_status
    target.stuck = deploy_state(subcloud.deploy_status).kind is Kind.UNKNOWN
    if span is not None and not target.stuck:
        seconds = (now - span.began_at).total_seconds()
        target.stuck = is_stuck(span.phase, target.profile, seconds, usual_cached(target.profile, now))


def _join(target: Target, now: datetime) -> None:
    """The site is in the portal's own books as soon as the collector has read it."""
    cloud = Cloud.objects.filter(
        controller=target.controller_id, dcmanager_id=target.dcmanager_id, region_name=target.region_name,
        removed_at=None,
    ).first()  # fmt: skip
    if cloud is not None and _takes(target, cloud):
        target.cloud = cloud
        target.group_id = cloud.group_id or target.group_id
        target.region = cloud.region or target.region
        _place(target, cloud, now)


def _takes(target: Target, cloud: Cloud) -> bool:
    """False while another operation works on it: this one goes on by dcmanager's id, and is joined later."""
    if Target.objects.filter(cloud=cloud, state__in=ACTIVE_TARGETS).exclude(pk=target.pk).exists():
        return False
    try:
        with transaction.atomic():
            Target.objects.filter(pk=target.pk).update(cloud=cloud)
    except IntegrityError:  # it began in this moment
        return False
    return True


def _place(target: Target, cloud: Cloud, now: datetime) -> None:
    """Where the sheet said it stands: dcmanager knows no coordinates, and the site itself only once it is up."""
    where = target.facts.get("position")
    if where and cloud.latitude is None:
        latitude, longitude = where
        actor = Actor(target.operation.requester_name, f"operation {target.operation_id}")
        place(cloud, (latitude, longitude), actor, now)


def _save(target: Target, before: tuple[Any, ...], now: datetime) -> None:
    target.save()
    if told(target) != before:
        append([target_event(target, now)])
