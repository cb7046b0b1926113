"""Starting and stopping campaigns. To pause one and let it go on is control.hold(): Operation.held."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from events.log import append
from operations.choices import BatchState, Kind, OperationState, TargetState
from operations.engine import jobs
from operations.frozen_plans import rulebook_of
from operations.kinds import KINDS, SYSADMIN
from operations.models import Batch, Campaign, Operation, RunSecret
from operations.services import run_secrets
from operations.services.approvals import NotApprovedError, demand_approval, refused
from operations.services.campaign_events import campaign_events
from operations.services.requests import RefusedError
from operations.services.start import NONE_READY, NotNowError
from sites.services.actors import Actor, audit, said

SECRETS_LIVE = timedelta(days=90)  # as long as a campaign may run; they go with its end


def start(operation_id: int, secrets: Mapping[str, str], actor: Actor, now: datetime) -> Operation:
    """Lets an approved campaign begin: now, or at its `not_before`. Raises NotApprovedError (audited), NotNowError.

    For the engine: Operation.state becomes PROCESSING, and the jobs of the whole and of each System Controller are due
    at max(now, Campaign.not_before). Targets stay READY, so that others may work on them until their batch begins:
    the engine takes them then (WAITING or RUNNING, which the database gives to one operation only), with the rows
    locked, and looks at CampaignTarget.held_by and skipped in the same transaction.
    """
    try:
        with transaction.atomic():
            operation, campaign = _locked(operation_id)
            if operation.state != OperationState.PLANNED:
                raise NotNowError(f"It is {operation.get_state_display()}: only a planned campaign can be started.")
            demand_approval(operation, campaign, now)
            _keep_secrets(operation, campaign, secrets, now)
            if not operation.targets.filter(state=TargetState.READY).exists():
                raise NotNowError(NONE_READY)
            begins = max(now, campaign.not_before or now)
            operation.state, operation.started_at = OperationState.PROCESSING, now
            operation.state_reason = f"Begins not before {begins:%Y-%m-%d %H:%M} UTC." if begins > now else ""
            operation.save(update_fields=["state", "state_reason", "started_at"])
            jobs.wake(operation.pk, now)
            append(campaign_events(operation, now, {"state": operation.state}))
            detail = {"plan_hash": operation.plan_hash, "approved_by": campaign.approver_name, "begins": begins}
            audit(actor, "campaign.start", f"operation:{operation.pk}", now, detail)
    except NotApprovedError as refusal:
        refused(operation_id, "campaign.start", refusal, actor, now)
        raise
    return operation


def abort(operation_id: int, reason: str, actor: Actor, now: datetime) -> Operation:
    """No further site starts, and what upstream can still be stopped is: sites at work finish. Raises NotNowError,
    RefusedError without a reason.

    For the engine: Campaign.stop_reason is set, for good. Events tell no reason: it may name any of its sites. A plan
    that has not begun is cancelled.
    """
    why = said(reason, 500)
    if not why:
        raise RefusedError({"reason": "Say why: it stands in the report."})
    with transaction.atomic():
        operation, campaign = _locked(operation_id)
        if operation.state == OperationState.PLANNED:
            return _cancel(operation, campaign, why, actor, now)
        if operation.state != OperationState.PROCESSING:
            raise NotNowError(f"It is over: {operation.get_state_display()}.")
        if campaign.stop_reason:
            raise NotNowError(f"It stops already: {campaign.stop_reason}")
        stop(operation, campaign, f"Stopped by {actor.name}: {why}", actor, now)
        audit(actor, "campaign.abort", f"operation:{operation.pk}", now, {"reason": why})
    return operation


def stop(operation: Operation, campaign: Campaign, why: str, actor: Actor, now: datetime) -> None:
    """Nothing further begins, for good. In the caller's transaction, which has locked both and writes the audit."""
    campaign.stop_reason = why[:500]
    campaign.stopped_at, campaign.stopped_by = now, actor.name[:150]
    campaign.save(update_fields=["stop_reason", "stopped_at", "stopped_by"])
    jobs.wake(operation.pk, now)
    append(campaign_events(operation, now, {"stopped_at": now.isoformat(), "stopped_by": campaign.stopped_by}))


def _cancel(operation: Operation, campaign: Campaign, reason: str, actor: Actor, now: datetime) -> Operation:
    """It never began, so that nothing has to be stopped."""
    operation.targets.filter(state=TargetState.READY).update(state=TargetState.CANCELLED, ended_at=now)
    operation.state, operation.state_reason, operation.ended_at = OperationState.CANCELLED, reason, now
    operation.save(update_fields=["state", "state_reason", "ended_at"])
    campaign.stopped_at, campaign.stopped_by = now, actor.name[:150]
    campaign.save(update_fields=["stopped_at", "stopped_by"])
    RunSecret.objects.filter(operation=operation).delete()
    append(campaign_events(operation, now, {"state": operation.state}))
    audit(actor, "campaign.cancel", f"operation:{operation.pk}", now, {"reason": reason})
    return operation


def settle_strategy(batch_id: int, strategy_id: int, actor: Actor, now: datetime, *, ours: bool) -> Batch:
    """A person says whether the strategy in the slot is that of this batch. Raises NotNowError.

    For the engine: Batch.confirmed_id or disowned_id (operations/campaigns/ownership.py).
    """
    with transaction.atomic():
        operation, _ = _locked(Batch.objects.values_list("wave__campaign_id", flat=True).get(pk=batch_id))
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if operation.state != OperationState.PROCESSING:
            raise NotNowError(f"It is {operation.get_state_display()}: there is nothing to decide.")
        batch.confirmed_id = strategy_id if ours else None
        batch.disowned_id = None if ours else strategy_id
        batch.save(update_fields=["confirmed_id", "disowned_id"])
        jobs.wake(operation.pk, now)
        detail = {"batch": batch.number, "strategy": strategy_id, "ours": ours}
        audit(actor, "campaign.settle_strategy", f"operation:{operation.pk}", now, detail)
    return batch


def try_again(batch_id: int, actor: Actor, now: datetime) -> Batch:
    """What went wrong with a batch so far does not count: what waits for a person is tried at once. Raises NotNowError.

    For the engine: Batch.forgiven, the number of the last request (operations/campaigns/batch.py, Memory.forgiven).
    """
    with transaction.atomic():
        operation, _ = _locked(Batch.objects.values_list("wave__campaign_id", flat=True).get(pk=batch_id))
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if operation.state != OperationState.PROCESSING or batch.state != BatchState.HELD:
            raise NotNowError("Nothing of this batch waits for a person's decision.")
        batch.forgiven = batch.intents.count()
        batch.save(update_fields=["forgiven"])
        jobs.wake(operation.pk, now)
        detail = {"batch": batch.number, "was": batch.message}
        audit(actor, "campaign.try_again", f"operation:{operation.pk}", now, detail)
    return batch


def _locked(operation_id: int) -> tuple[Operation, Campaign]:
    operation = jobs.operation_locked(operation_id)
    return operation, Campaign.objects.select_for_update().get(pk=operation_id)


def _keep_secrets(operation: Operation, campaign: Campaign, given: Mapping[str, str], now: datetime) -> None:
    """Those of the plan, or given anew where it lay for too long. Raises NotNowError, RefusedError."""
    needed = rulebook_of(campaign).needs_password
    if surplus := run_secrets.not_taken(KINDS[Kind.CAMPAIGN], given):
        raise RefusedError(surplus)
    if needed:
        run_secrets.keep(operation, given, now)
        if not RunSecret.objects.filter(operation=operation, name=SYSADMIN).exists():
            raise NotNowError(f"Give {SYSADMIN} again: secrets are kept for a day until an operation starts.")
    RunSecret.objects.filter(operation=operation).update(erase_at=now + SECRETS_LIVE)
