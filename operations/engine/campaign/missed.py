"""A campaign whose start was missed: the portal was away when it should have begun.

Who planned it for one o'clock at night does not want it to begin at noon. Where windows say when work may be done, it
goes on by them; else it is paused, and somebody says when it is to begin. An approval that expired meanwhile is none.
"""

from datetime import datetime, timedelta

from operations.engine.campaign.book import Book
from operations.engine.campaign.events import tell
from operations.engine.campaign.halting import CAMPAIGN, halt
from sites.services.actors import Actor, audit

MISSED = timedelta(minutes=15)
EXPIRED = "Its approval expired {at:%Y-%m-%d %H:%M} UTC, before it began: plan it again and have that approved."
LATE = "It should have begun {at:%Y-%m-%d %H:%M} UTC and could not: somebody must say whether it may begin now."


def has_begun(book: Book) -> bool:
    """Whether it had its first turn."""
    return any(wave.started_at or wave.ended_at or wave.soaking_since for wave in book.waves)


def miss(book: Book, now: datetime) -> None:
    """At its first turn. In the caller's transaction, which holds the operation's row."""
    campaign, operation = book.campaign, book.operation
    if has_begun(book) or campaign.stop_reason:
        return
    expires = campaign.approval_expires_at
    if expires is not None and expires <= now:
        halt(book, EXPIRED.format(at=expires), now)
        return
    due = _due(book)
    if due is not None and now - due > MISSED and not book.rules.windows and not operation.held:
        _pause(book, due, now)


def _due(book: Book) -> datetime | None:
    """When it should have begun: as planned, or when somebody started it."""
    return max((at for at in (book.campaign.not_before, book.operation.started_at) if at), default=None)


def _pause(book: Book, due: datetime, now: datetime) -> None:
    operation = book.operation
    operation.held = True
    operation.save(update_fields=["held"])
    reason = LATE.format(at=due)
    audit(Actor(CAMPAIGN, "engine"), "operation.hold", f"operation:{operation.pk}", now, {"reason": reason})
    tell(book, now, held=True, message=reason)
