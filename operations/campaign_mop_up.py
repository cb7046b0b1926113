"""The mop-up wave of a campaign: its rule in words, and whether a site still waits for it.

One rule bounds it: it comes once, when the last wave of the plan has soaked. Nobody is waited for, so that a hold which
nobody takes back keeps no campaign open.
"""

from operations.campaigns.batch import End
from operations.choices import OperationState, TargetState
from operations.models import CampaignTarget, Target, Wave

RULE = (
    "sites that were held when their turn came run once more behind the last wave, when it has soaked: those that were"
    " released by then, or against which nothing stands any more; in the same windows and limits. Who is still held"
    " then is left out."
)
AWAITS = "It comes again in the mop-up wave, behind the last one, if nothing stands against it by then."
RELEASED = "released by {who}: it runs in the mop-up wave, behind the last one"


def was_held(target: Target, kept: CampaignTarget) -> bool:
    """Its batch went without it."""
    return target.state == TargetState.CANCELLED and target.cause == End.HELD.value and not kept.skipped


def awaits_mop_up(target: Target, kept: CampaignTarget) -> bool:
    """It may still come into the mop-up wave. One query, at most; the target's operation should be at hand."""
    operation = target.operation
    if operation.state != OperationState.PROCESSING or not was_held(target, kept):
        return False
    return not Wave.objects.filter(campaign=operation.pk, mop_up=True).exists()
