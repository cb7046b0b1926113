"""What may be done to a campaign now: which actions its page offers, and why one is not to be had."""

from collections.abc import Iterator
from dataclasses import dataclass

from operations.choices import ENDED_OPERATIONS, OperationState
from operations.models import Campaign, Operation
from operations.offers import PARTLY_SEEN, Offer
from sites.standing import Standing

RUN, APPROVE = "operations.run_campaign", "operations.approve_campaign"
OWN = "You planned it: a second person must approve it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whoever looks: by name, and what that role may. `whole`: every site is in scope."""

    name: str
    standing: Standing
    whole: bool

    def lacks(self, permission: str) -> str:
        """Why that may not be done; "" where it may."""
        if not self.standing.may(permission):
            return f"Your role may look at this, but not change it: it needs {permission}."
        return "" if self.whole else PARTLY_SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Of sites: that failed, that were worked on, and that never ran though they might have."""

    failed: int
    worked_on: int
    never_ran: int


def campaign_offers(
    operation: Operation, campaign: Campaign, asker: Asker, numbers: Numbers, *, approved: bool, deploys: bool
) -> list[Offer]:
    """`approved`: an approval of this plan counts now. `deploys`: there is a way back."""
    found: list[Offer] = []
    if operation.state == OperationState.PLANNED:
        found += _planned(operation, campaign, asker, approved=approved)
    if operation.state == OperationState.PROCESSING:
        found += _running(operation, campaign, asker)
    return [*found, *_afterwards(operation, asker, numbers, deploys=deploys)]


def is_own(operation: Operation, campaign: Campaign, name: str) -> bool:
    """Whether `name` asked for it or made the plan that stands, and so is no second person."""
    return name in (operation.requester_name, campaign.planner_name)


def _planned(operation: Operation, campaign: Campaign, asker: Asker, *, approved: bool) -> Iterator[Offer]:
    may_run = asker.lacks(RUN)
    if approved:
        yield Offer("start", "Start", may_run, style="primary")
        revoke = asker.lacks(APPROVE) and may_run
        yield Offer("revoke", "Take the approval back", revoke)
    else:
        own = OWN if is_own(operation, campaign, asker.name) else ""
        yield Offer("approve", "Approve", asker.lacks(APPROVE) or own, style="primary")
    yield Offer("plan", "Change the plan", may_run)
    yield Offer("abort", "Cancel the plan", may_run, style="danger")


def _running(operation: Operation, campaign: Campaign, asker: Asker) -> Iterator[Offer]:
    why = asker.lacks(RUN)
    if not campaign.stop_reason:
        if operation.held:
            yield Offer("resume", "Resume", why, direct=True, style="primary")
        else:
            yield Offer("pause", "Pause", why)
        yield Offer("abort", "Abort", why, style="danger")


def _afterwards(operation: Operation, asker: Asker, numbers: Numbers, *, deploys: bool) -> Iterator[Offer]:
    why = asker.lacks(RUN)
    over = operation.state in ENDED_OPERATIONS
    if numbers.failed and (over or operation.started_at):
        yield Offer("retry", f"Retry {numbers.failed:,} failed", why)
    if over and operation.started_at and numbers.never_ran:
        yield Offer("mop-up", f"Run the {numbers.never_ran:,} that did not run", why)
    if deploys and numbers.worked_on:
        yield Offer("roll-back", "Roll back…", why)
