"""The second person: who approves a campaign, which plan, and until when. What is refused is audited too."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from events.log import append
from operations.campaign_verdicts import is_own
from operations.choices import OperationState
from operations.engine import jobs
from operations.frozen_plans import plan_of, rulebook_of
from operations.models import Campaign, Operation
from operations.services.campaign_events import campaign_events
from operations.services.campaigns import void_approval
from operations.services.proposals import campaign_hash
from operations.services.start import NotNowError
from sites.services.actors import Actor, audit, said

USUAL = timedelta(days=7)
LONGEST = timedelta(days=30)
ANOTHER_PLAN = "The plan is another one than you saw: look at it again."


class NotApprovedError(NotNowError):
    """The approval is not given, or does not count; the message says why. Its refusal is in the audit."""


class OwnPlanError(NotApprovedError):
    """Whoever planned it wants to approve it too."""


def approve(
    operation_id: int, seen_hash: str, user: User, actor: Actor, now: datetime, *,
    note: str = "", holds: timedelta = USUAL,
) -> Operation:  # fmt: skip
    """Binds the approval to the plan with `seen_hash`, for as long as it `holds`. Raises NotApprovedError (audited).

    The caller has checked the permission and the scope. Whoever asked for the campaign or made the plan that stands is
    not a second person, whether in a browser or by a token: both are the same user.
    """
    note = said(note, 500)
    try:
        with transaction.atomic():
            operation, campaign = _locked(operation_id)
            _demand_approvable(operation, campaign, seen_hash, user, holds)
            campaign.approver, campaign.approver_name = user, actor.name
            campaign.approved_hash, campaign.approved_at = operation.plan_hash, now
            campaign.approval_expires_at, campaign.approval_note = now + holds, note
            campaign.save()
            detail = {"plan_hash": operation.plan_hash, "expires": campaign.approval_expires_at, "note": note}
            audit(actor, "campaign.approve", _subject(operation_id), now, detail)
            append(campaign_events(operation, now, {"approved": True, "approver": actor.name}))
    except NotApprovedError as refusal:
        refused(operation_id, "campaign.approve", refusal, actor, now)
        raise
    return operation


def revoke(operation_id: int, actor: Actor, now: datetime, *, note: str = "") -> Operation:
    """Takes an approval back. What has begun goes on: hold or abort it. Raises NotNowError."""
    with transaction.atomic():
        operation, campaign = _locked(operation_id)
        if operation.state != OperationState.PLANNED:
            raise NotNowError(f"It is {operation.get_state_display()}: hold or abort it instead.")
        by = campaign.approver_name
        if not void_approval(campaign):
            raise NotNowError("It is not approved.")
        campaign.save()
        audit(actor, "campaign.revoke", _subject(operation_id), now, {"approved_by": by, "note": said(note, 500)})
        append(campaign_events(operation, now, {"approved": False}))
    return operation


def demand_approval(operation: Operation, campaign: Campaign, now: datetime) -> None:
    """Whether what stands in the rows is what was approved, and still is. Raises NotApprovedError.

    The hash is reckoned anew from the rows. A campaign that is to begin later must be approved until then.
    """
    if not campaign.approved_hash:
        raise NotApprovedError("Nobody has approved it: somebody else than who planned it must.")
    begins = max(now, campaign.not_before or now)
    if campaign.approval_expires_at is None or campaign.approval_expires_at <= begins:
        when = f"{campaign.approval_expires_at:%Y-%m-%d %H:%M} UTC" if campaign.approval_expires_at else "at once"
        raise NotApprovedError(f"The approval by {campaign.approver_name} ends {when}: have it approved again.")
    stands = campaign_hash(plan_of(campaign), rulebook_of(campaign), campaign.not_before, campaign.after_number)
    if not campaign.approved_hash == operation.plan_hash == stands:
        raise NotApprovedError("The plan is not the one that was approved: make the plan anew, and have it approved.")


def refused(operation_id: int, verb: str, refusal: NotApprovedError, actor: Actor, now: datetime) -> None:
    """An audit row, after the transaction that would have done it is over."""
    audit(actor, verb, _subject(operation_id), now, {"why": str(refusal)}, "refused")


def _demand_approvable(operation: Operation, campaign: Campaign, seen: str, user: User, holds: timedelta) -> None:
    if operation.state != OperationState.PLANNED:
        raise NotApprovedError(f"It is {operation.get_state_display()}: only a plan that has not begun is approved.")
    if is_own(campaign, operation, user):
        raise OwnPlanError("Nobody approves a plan of their own: a second person must.")
    if seen != operation.plan_hash:
        raise NotApprovedError(ANOTHER_PLAN)
    demand_holds(holds)


def demand_holds(holds: timedelta) -> None:
    """Raises NotApprovedError."""
    if not timedelta(minutes=1) <= holds <= LONGEST:
        raise NotApprovedError(f"An approval holds for at most {LONGEST.days} days.")


def _locked(operation_id: int) -> tuple[Operation, Campaign]:
    operation = jobs.operation_locked(operation_id)
    return operation, Campaign.objects.select_for_update().get(pk=operation_id)


def _subject(operation_id: int) -> str:
    return f"operation:{operation_id}"
