"""What may be done to a campaign now, and why the rest may not; by its state alone, and by who asks."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from operations.choices import ENDED_OPERATIONS, OperationState
from operations.models import Campaign, Operation

RUN, APPROVE, PAUSE = "operations.run_campaign", "operations.approve_campaign", "operations.pull_brake"
VERBS = {  # what each needs; whoever may pull the brake may pause
    "change": RUN, "approve": APPROVE, "revoke": APPROVE, "start": RUN, "hold": PAUSE, "release": RUN, "abort": RUN,
    "retry_failed": RUN, "roll_back": RUN, "begin_anyway": APPROVE, "approve_wave": APPROVE, "reject_wave": APPROVE,
}  # fmt: skip
OWN_CONDITION = "Nobody lifts a condition of a plan of their own: a second person must."
OF_BATCHES = {"try_again": RUN}  # legal by the state of a batch, not by that of the campaign


@dataclass(frozen=True, slots=True)
class CampaignVerdict:
    """`reason` empty: legal now. `permitted`: whether the user's role allows it."""

    verb: str
    reason: str
    permitted: bool

    @property
    def legal(self) -> bool:
        return not self.reason


def campaign_verdicts(
    operation: Operation, user: User, now: datetime, counts: dict[str, int], *, stop_reason: str, not_anyway: str,
    awaits_wave: int | None = None,
) -> list[CampaignVerdict]:  # fmt: skip
    """`counts`: sites by state; `stop_reason`: as this user may read it; `not_anyway`: of services/chaining.py;
    `awaits_wave`: number of the one that waits for its approval. Nothing is asked of the database but the user's
    permissions."""
    own = OWN_CONDITION if is_own(operation.campaign, operation, user) else ""
    reasons = _reasons(operation, user, now, counts, stop_reason) | {"begin_anyway": not_anyway or own}
    reasons |= _of_waves(operation, user, stop_reason, awaits_wave)
    return [CampaignVerdict(verb, reasons[verb], user.has_perm(needs)) for verb, needs in VERBS.items()]


def approval_problem(operation: Operation, campaign: Campaign, now: datetime) -> str:
    """Why what approval there is does not count; "" where it does. The start reckons the plan's hash anew."""
    if not campaign.approved_hash:
        return "Nobody has approved it: somebody else than who planned it must."
    if campaign.approved_hash != operation.plan_hash:
        return "Another plan was approved."
    begins = max(now, campaign.not_before or now)
    if campaign.approval_expires_at is None or campaign.approval_expires_at <= begins:
        return "The approval has expired, or will before it begins."
    return ""


def is_own(campaign: Campaign, operation: Operation, user: User) -> bool:
    """Whether the user asked for it or made its plan, and so is no second person; under whatever account number."""
    names = (operation.requester_name, campaign.planner_name)
    return user.pk in (operation.requester_id, campaign.planner_id) or user.get_username() in names


def _reasons(
    operation: Operation, user: User, now: datetime, counts: dict[str, int], stop_reason: str
) -> dict[str, str]:
    campaign = operation.campaign
    word = operation.get_state_display()
    planned = "" if operation.state == OperationState.PLANNED else f"It is {word}: only before it begins."
    running = "" if operation.state == OperationState.PROCESSING else f"It is {word}, not running."
    stops = f"It stops already: {stop_reason}" if stop_reason else ""
    own = "Nobody approves a plan of their own: a second person must." if is_own(campaign, operation, user) else ""
    over = f"It is over: {word}." if operation.state in ENDED_OPERATIONS else ""
    worked = counts.get("completed", 0) + counts.get("failed", 0)
    return {
        "change": planned,
        "approve": planned or own,
        "revoke": planned or ("" if campaign.approved_hash else "It is not approved."),
        "start": planned or approval_problem(operation, campaign, now),
        "hold": running or ("It is on hold." if operation.held else ""),
        "release": running or ("" if operation.held else "It is not on hold."),
        "abort": over or stops,
        "retry_failed": "" if counts.get("failed") else "None of its sites failed.",
        "roll_back": _not_rolled_back(campaign, worked),
    }


def _of_waves(operation: Operation, user: User, stop_reason: str, waiting: int | None) -> dict[str, str]:
    none = "" if waiting is not None and not stop_reason else "None of its waves waits for approval."
    own = "Nobody approves a wave of a plan of their own: a second person must."
    return {
        "approve_wave": none or (own if is_own(operation.campaign, operation, user) else ""),
        "reject_wave": none,
    }


def _not_rolled_back(campaign: Campaign, worked: int) -> str:
    if campaign.strategy != "sw-deploy" or campaign.ask.get("rollback") or campaign.ask.get("cleanup"):
        return "Only a software deployment can be rolled back."
    return "" if worked else "Nothing was done to any of its sites yet."
