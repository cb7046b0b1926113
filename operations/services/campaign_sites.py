"""What people say of single sites of a campaign: hold, release, skip, and that a failure does not count.

For the engine: CampaignTarget.held_by with hold_reason (its batch goes without it, unless it is released before),
skipped (never), excused_by (it does not count against any limit). Whoever takes a batch reads them with the target's
row locked. What a batch went without may come again in the mop-up wave; what is still held then is left to a new
campaign for the rest, where a hold stands on.
"""

from datetime import datetime

from django.db import transaction

from events.log import append
from operations.campaign_mop_up import RELEASED, awaits_mop_up
from operations.choices import ENDED_OPERATIONS, TargetState
from operations.engine import jobs
from operations.engine.commit import stop
from operations.engine.events import target_event
from operations.models import CampaignTarget, Target
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.started import was_started
from sites.services.actors import Actor, audit, said

NOT_BEGUN = (TargetState.READY, TargetState.WAITING)
STARTED = "Its strategy has been started: dcmanager takes it in its turn, and no single site can be taken out any more."
RELEASED_LATE = "released by {who} after the mop-up wave began: it runs with the rest, in a new campaign"


def hold_site(target_id: int, reason: str, actor: Actor, now: datetime) -> Target:
    """It does not start until it is released; its batch does not wait for it. Raises NotNowError, and RefusedError
    without a reason."""
    why = _said(reason)
    with transaction.atomic():
        target, site = _locked(target_id)
        if target.state not in NOT_BEGUN and not awaits_mop_up(target, site):
            raise NotNowError(f"It is {target.get_state_display()}: only a site that has not begun can be held.")
        _demand_not_started(target, site)
        site.held_by, site.hold_reason = actor.name[:150], why
        site.save(update_fields=["held_by", "hold_reason"])
        _tell(target, f"on hold: {why} ({actor.name})", "campaign.hold_site", actor, now, {"reason": why})
    return target


def release_site(target_id: int, actor: Actor, now: datetime) -> Target:
    """It starts when its turn comes; where its batch went without it, in the mop-up wave, or behind that with the rest
    in a new campaign. Raises NotNowError."""
    with transaction.atomic():
        target, site = _locked(target_id)
        if not site.held_by or site.skipped:
            raise NotNowError("It is not held by anybody.")
        detail = {"held_by": site.held_by, "reason": site.hold_reason}
        site.held_by = site.hold_reason = ""
        site.save(update_fields=["held_by", "hold_reason"])
        late = (RELEASED if awaits_mop_up(target, site) else RELEASED_LATE).format(who=actor.name)
        message = "" if target.state in NOT_BEGUN else late
        _tell(target, message, "campaign.release_site", actor, now, detail)
    return target


def skip_site(target_id: int, reason: str, actor: Actor, now: datetime) -> Target:
    """It is left out for good. Raises NotNowError, RefusedError without a reason."""
    why = _said(reason)
    with transaction.atomic():
        target, site = _locked(target_id)
        if target.state not in (*NOT_BEGUN, TargetState.HELD) and not awaits_mop_up(target, site):
            raise NotNowError(f"It is {target.get_state_display()}: only a site that has not begun can be skipped.")
        _demand_not_started(target, site)
        stop(target, TargetState.CANCELLED, now)
        site.skipped, site.held_by, site.hold_reason = True, actor.name[:150], why
        site.save(update_fields=["skipped", "held_by", "hold_reason"])
        _tell(target, f"skipped: {why} ({actor.name})", "campaign.skip_site", actor, now, {"reason": why})
    return target


def excuse_site(target_id: int, reason: str, actor: Actor, now: datetime) -> Target:
    """Its failure, or its new alarms, do not count against any limit, and no soak waits for it. Raises NotNowError,
    RefusedError."""
    why = _said(reason)
    with transaction.atomic():
        target, site = _locked(target_id)
        if not can_be_excused(target, site):
            raise NotNowError("It has not failed, no new alarm stands there, and no soak waits for it.")
        site.excused_by, site.excuse = actor.name[:150], why
        site.save(update_fields=["excused_by", "excuse"])
        message = "" if target.state == TargetState.COMPLETED else target.message
        _tell(target, message, "campaign.excuse_site", actor, now, {"reason": why})
    return target


def can_be_excused(target: Target, site: CampaignTarget) -> bool:
    """It counts as failed, or is done and says why the soak of its wave waits for it."""
    return target.state == TargetState.FAILED or bool(site.new_alarms) or is_awaited(target)


def is_awaited(target: Target) -> bool:
    return target.state == TargetState.COMPLETED and bool(target.message)


def _said(reason: str) -> str:
    why = said(reason, 300)
    if not why:
        raise RefusedError({"reason": "Say why: others will ask."})
    return why


def _locked(target_id: int) -> tuple[Target, CampaignTarget]:
    """The jobs and the operation first, as everywhere. Raises NotNowError once the campaign is over."""
    owner = Target.objects.values_list("operation_id", flat=True).get(pk=target_id)
    operation = jobs.operation_locked(owner)
    if operation.state in ENDED_OPERATIONS:
        raise NotNowError(f"The campaign is over: {operation.get_state_display()}.")
    target = Target.objects.select_for_update().get(pk=target_id)
    return target, CampaignTarget.objects.select_for_update().get(pk=target_id)


def _demand_not_started(target: Target, site: CampaignTarget) -> None:
    """Raises NotNowError from when its strategy is being started: then dcmanager works on it, whatever is said here."""
    batch = site.batch
    if batch is None or all(member["site"] != target.cloud_id for member in batch.progress.get("roster", ())):
        return
    of_this_attempt = batch.intents.filter(attempt=batch.progress.get("attempt", 1))
    if batch.progress.get("applied") or was_started(of_this_attempt):
        raise NotNowError(STARTED)


def _tell(target: Target, message: str, verb: str, actor: Actor, now: datetime, detail: dict[str, str]) -> None:
    target.message = message[:500]
    target.save()
    append([target_event(target, now)])
    jobs.wake(target.operation_id, now)
    audit(actor, verb, f"target:{target.pk}", now, {"name": target.name} | detail)
