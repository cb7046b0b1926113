"""The word of a second person where the campaign that another was to follow did not come through."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from events.log import append
from operations.campaign_verdicts import OWN_CONDITION, is_own
from operations.engine import jobs
from operations.models import Campaign, Operation
from operations.services.approvals import OwnPlanError
from operations.services.campaign_events import campaign_events
from operations.services.chaining import not_anyway
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.services.actors import Actor, audit, said

BEGIN_ANYWAY = "campaign.begin_anyway"


def begin_anyway(operation_id: int, reason: str, user: User, actor: Actor, now: datetime) -> Operation:
    """Lets a campaign begin though the one ahead of it did not come through. Sites that were not done there stay held.
    What it was to follow is part of what was approved: it takes a second person here too. Raises NotNowError,
    OwnPlanError (audited), RefusedError without a reason.

    The caller has checked the permission and the scope. For the engine: Campaign.begin_anyway_at.
    """
    if not (reason := said(reason, 500)):
        raise RefusedError({"reason": "Say why: it stands in the report."})
    try:
        return _let_begin(operation_id, reason, user, actor, now)
    except OwnPlanError as refusal:
        audit(actor, BEGIN_ANYWAY, f"operation:{operation_id}", now, {"why": str(refusal), "reason": reason}, "refused")
        raise


def _let_begin(operation_id: int, reason: str, user: User, actor: Actor, now: datetime) -> Operation:
    with transaction.atomic():
        operation = jobs.operation_locked(operation_id)
        campaign = Campaign.objects.select_for_update().get(pk=operation_id)
        if why := not_anyway(operation, campaign):
            raise NotNowError(why)
        if is_own(campaign, operation, user):
            raise OwnPlanError(OWN_CONDITION)
        campaign.begin_anyway_at, campaign.begin_anyway_by = now, actor.name[:150]
        campaign.save(update_fields=["begin_anyway_at", "begin_anyway_by"])
        jobs.wake(operation.pk, now)
        append(campaign_events(operation, now, {"begin_anyway": True}))
        detail = {"after": campaign.after_number, "reason": reason}
        audit(actor, BEGIN_ANYWAY, f"operation:{operation.pk}", now, detail)
    return operation
