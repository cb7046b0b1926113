"""A campaign whose start was missed: the portal was away when it should have begun.

Who planned it for one o'clock at night does not want it to begin at noon. Where windows say when work may be done, it
goes on by them; else it is paused, and somebody says when it is to begin. An approval that expired meanwhile is none.
"""

from datetime import datetime, timedelta

from operations.campaign_facts.chain import ahead_of
from operations.engine.campaign.book import Book
from operations.engine.campaign.halting import halt, pause
from operations.models import BatchIntent, Campaign
from operations.started import was_started

MISSED = timedelta(minutes=15)
EXPIRED = "Its approval expired {at:%Y-%m-%d %H:%M} UTC, before anything ran: plan it again and have that approved."
LATE = "It should have begun {at:%Y-%m-%d %H:%M} UTC and could not: somebody must say whether it may begin now."


def has_begun(book: Book) -> bool:
    """Whether it had its first turn."""
    return any(wave.started_at or wave.ended_at or wave.soaking_since for wave in book.waves)


def approval_ran_out(campaign: Campaign, now: datetime) -> bool:
    """Whether the approval expired before anything was done at a site. Once a strategy was started, it has served."""
    expires = campaign.approval_expires_at
    if expires is None or expires > now:
        return False
    return not was_started(BatchIntent.objects.filter(batch__wave__campaign=campaign.pk))


def miss(book: Book, now: datetime) -> None:
    """At every turn until something ran: it may be paused, or wait for a window or for the slot, for days. In the
    caller's transaction, which holds the operation's row."""
    operation = book.operation
    if book.campaign.stop_reason or expire(book, now) or has_begun(book):
        return
    due = _due(book)
    if due is not None and now - due > MISSED and not book.rules.windows and not operation.held:
        pause(book, LATE.format(at=due), now)


def expire(book: Book, now: datetime) -> bool:
    """Halts it where its approval ran out. In the caller's transaction, which holds the operation's row."""
    expired = approval_ran_out(book.campaign, now)
    if expired:
        halt(book, EXPIRED.format(at=book.campaign.approval_expires_at), now)
    return expired


def _due(book: Book) -> datetime | None:
    """When it should have begun: as planned, when somebody started it, or when the campaign before it was over."""
    campaign, ahead = book.campaign, ahead_of(book.campaign)
    before = campaign.begin_anyway_at or (ahead and ahead.ended_at)
    return max((at for at in (campaign.not_before, book.operation.started_at, before) if at), default=None)
