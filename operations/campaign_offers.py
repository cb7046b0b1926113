"""What may be done to a campaign now: which actions its page offers, and why one is not to be had."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User

from operations.campaign_chain import may_be_followed
from operations.campaign_verdicts import OWN_CONDITION, VERBS, is_own
from operations.choices import ENDED_OPERATIONS, OperationState
from operations.models import Campaign, Operation
from operations.offers import PARTLY_SEEN, Offer
from sites.standing import Standing

OWN = "You planned it: a second person must approve it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whoever looks, and what that role may. `whole`: every site is in scope."""

    user: User
    standing: Standing
    whole: bool

    def lacks(self, verb: str) -> str:
        """Why that verb may not be done; "" where it may."""
        permission = VERBS[verb]
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
    operation: Operation, campaign: Campaign, asker: Asker, numbers: Numbers, *, approved: bool, deploys: bool,
    stuck: bool, waiting: str = "",
) -> list[Offer]:  # fmt: skip
    """`approved`: an approval of this plan counts now. `deploys`: there is a way back. `stuck`: the campaign before
    it did not come through. `waiting`: name of the wave that waits for its own approval, if there is one."""
    found: list[Offer] = []
    if operation.state == OperationState.PLANNED:
        found += _planned(operation, campaign, asker, approved=approved)
    if operation.state == OperationState.PROCESSING:
        found += _of_wave(operation, campaign, asker, waiting) if waiting else ()
        found += _running(operation, campaign, asker, stuck=stuck)
    found += _afterwards(operation, asker, numbers, deploys=deploys)
    if may_be_followed(operation, campaign):
        found.append(Offer("follow", "Plan what follows", asker.lacks("change")))
    return found


def _planned(operation: Operation, campaign: Campaign, asker: Asker, *, approved: bool) -> Iterator[Offer]:
    if approved:
        yield Offer("start", "Start", asker.lacks("start"), style="primary")
        yield Offer("revoke", "Take the approval back", asker.lacks("revoke"))
    else:
        own = OWN if is_own(campaign, operation, asker.user) else ""
        yield Offer("approve", "Approve", own or asker.lacks("approve"), style="primary")
    yield Offer("plan", "Change the plan", asker.lacks("change"))
    yield Offer("abort", "Cancel the plan", asker.lacks("abort"), style="danger")


def _of_wave(operation: Operation, campaign: Campaign, asker: Asker, name: str) -> Iterator[Offer]:
    own = OWN if is_own(campaign, operation, asker.user) else ""
    yield Offer("approve-wave", f"Approve {name[:40]}", own or asker.lacks("approve_wave"), style="primary")
    yield Offer("reject-wave", "Do not approve…", asker.lacks("reject_wave"), style="danger")


def _running(operation: Operation, campaign: Campaign, asker: Asker, *, stuck: bool) -> Iterator[Offer]:
    if campaign.stop_reason:
        return
    if stuck:
        own = OWN_CONDITION if is_own(campaign, operation, asker.user) else ""
        yield Offer("begin-anyway", "Begin anyway", own or asker.lacks("begin_anyway"), style="danger")
    if operation.held:
        yield Offer("resume", "Resume", asker.lacks("release"), direct=True, style="primary")
    else:
        yield Offer("pause", "Pause", asker.lacks("hold"))
    yield Offer("abort", "Abort", asker.lacks("abort"), style="danger")


def _afterwards(operation: Operation, asker: Asker, numbers: Numbers, *, deploys: bool) -> Iterator[Offer]:
    why = asker.lacks("retry_failed")
    over = operation.state in ENDED_OPERATIONS
    if numbers.failed and (over or operation.started_at):
        yield Offer("retry", f"Retry {numbers.failed:,} failed", why)
    if over and operation.started_at and numbers.never_ran:
        yield Offer("mop-up", f"Run the {numbers.never_ran:,} that did not run", why)
    if deploys and numbers.worked_on:
        yield Offer("roll-back", "Roll back…", asker.lacks("roll_back"))
