"""The second person, once more before a wave: who lets it begin, and who ends the campaign there. What is refused is
audited too."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from events.log import append
from operations.campaign_verdicts import is_own
from operations.choices import OperationState, WaveState
from operations.engine import jobs
from operations.frozen_plans import plan_of, rulebook_of
from operations.models import Campaign, Operation, Wave
from operations.services.approvals import ANOTHER_PLAN, USUAL, NotApprovedError, OwnPlanError, demand_holds
from operations.services.campaign_control import stop
from operations.services.campaign_events import campaign_events
from operations.services.proposals import campaign_hash
from operations.services.requests import RefusedError
from operations.wave_approvals import is_given
from sites.services.actors import Actor, audit, said

APPROVE, REJECT = "campaign.approve_wave", "campaign.reject_wave"
CHANGED = "What is stored is not the plan that was approved: end this campaign, and run the rest in a new one."


def approve_wave(
    operation_id: int, number: int, seen_hash: str, user: User, actor: Actor, now: datetime, *,
    note: str = "", holds: timedelta = USUAL,
) -> Operation:  # fmt: skip
    """Lets exactly the wave that waits begin, under the plan with `seen_hash`; in its windows, as any other. By the
    rules of the first approval: not whoever asked for it or planned it. What the same person has approved already
    stays as it is. Raises NotApprovedError (audited).

    The caller has checked the permission and the scope.
    """
    try:
        with transaction.atomic():
            operation, campaign, wave = _locked(operation_id, number)
            _demand_second(operation, campaign, seen_hash, user)
            if _is_by(wave, operation.plan_hash, user, now):
                return operation
            wave = _waiting(operation, campaign, wave, number)
            _demand_intact(operation, campaign)
            demand_holds(holds)
            wave.approver, wave.approver_name = user, actor.name
            wave.approved_hash, wave.approved_at = operation.plan_hash, now
            wave.approval_expires_at, wave.approval_note = now + holds, said(note, 500)
            wave.state = WaveState.PENDING
            wave.save()
            jobs.wake(operation.pk, now)
            detail = {"wave": number, "name": wave.name, "plan_hash": operation.plan_hash,
                      "expires": wave.approval_expires_at, "note": wave.approval_note}  # fmt: skip
            audit(actor, APPROVE, f"operation:{operation_id}", now, detail)
            told = {"wave": number, "wave_state": wave.state, "approver": actor.name}
            append(campaign_events(operation, now, told))
    except NotApprovedError as refusal:
        _refused(operation_id, APPROVE, number, refusal, actor, now)
        raise
    return operation


def reject_wave(operation_id: int, number: int, reason: str, actor: Actor, now: datetime) -> Operation:
    """The wave that waits, and those behind it, never begin: the campaign ends with the reason. Raises NotApprovedError
    (audited), RefusedError without a reason."""
    why = said(reason, 500)
    if not why:
        raise RefusedError({"reason": "Say why: it stands in the report."})
    try:
        with transaction.atomic():
            operation, campaign, wave = _locked(operation_id, number)
            wave = _waiting(operation, campaign, wave, number)
            stop(operation, campaign, f"{wave.name} not approved by {actor.name}: {why}", actor, now)
            detail = {"wave": number, "name": wave.name, "reason": why}
            audit(actor, REJECT, f"operation:{operation_id}", now, detail)
    except NotApprovedError as refusal:
        _refused(operation_id, REJECT, number, refusal, actor, now)
        raise
    return operation


def _demand_second(operation: Operation, campaign: Campaign, seen: str, user: User) -> None:
    if is_own(campaign, operation, user):
        raise OwnPlanError("Nobody approves a wave of a plan of their own: a second person must.")
    if seen != operation.plan_hash:
        raise NotApprovedError(ANOTHER_PLAN)


def _is_by(wave: Wave | None, plan_hash: str, user: User, now: datetime) -> bool:
    """Whether it is what this person did already, and still holds: a second press does no harm."""
    if wave is None or not is_given(wave, plan_hash) or wave.approver_id != user.pk:
        return False
    return wave.approval_expires_at is not None and wave.approval_expires_at > now


def _waiting(operation: Operation, campaign: Campaign, wave: Wave | None, number: int) -> Wave:
    if operation.state != OperationState.PROCESSING:
        raise NotApprovedError(f"It is {operation.get_state_display()}: none of its waves waits for approval.")
    if campaign.stop_reason:
        raise NotApprovedError("It stops already: none of its waves will begin.")
    if wave is None or wave.state != WaveState.AWAITING:
        waiting = campaign.waves.filter(state=WaveState.AWAITING).first()
        does = f"wave {waiting.number} ({waiting.name}) does" if waiting else "none does now"
        raise NotApprovedError(f"Wave {number} does not wait for approval: {does}.")
    return wave


def _demand_intact(operation: Operation, campaign: Campaign) -> None:
    """Reckons the hash anew from the rows, as the start does."""
    stands = campaign_hash(plan_of(campaign), rulebook_of(campaign), campaign.not_before, campaign.after_number)
    if stands != operation.plan_hash:
        raise NotApprovedError(CHANGED)


def _locked(operation_id: int, number: int) -> tuple[Operation, Campaign, Wave | None]:
    operation = jobs.operation_locked(operation_id)
    campaign = Campaign.objects.select_for_update().get(pk=operation_id)
    return operation, campaign, campaign.waves.select_for_update().filter(number=number).first()


def _refused(operation_id: int, verb: str, number: int, refusal: NotApprovedError, actor: Actor, now: datetime) -> None:
    """An audit row, after the transaction that would have done it is over."""
    audit(actor, verb, f"operation:{operation_id}", now, {"why": str(refusal), "wave": number}, "refused")
