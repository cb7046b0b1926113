"""A wave that needs an approval of its own and has none: nothing of it begins, and what was prepared is taken back."""

from datetime import datetime

from operations.engine.campaign.book import Book
from operations.engine.campaign.halting import CAMPAIGN
from operations.models import Batch, Wave
from operations.wave_approvals import why_not, with_their_own
from sites.services.actors import Actor, audit


def lack_of(book: Book, batch: Batch, now: datetime) -> str:
    """Why the batch must not go on for want of an approval of its wave, as `book` has it; "" where it may."""
    wave = next(wave for wave in book.waves if wave.pk == batch.wave_id)
    why = book.unapproved(now).get(wave.number, "")
    return f"{wave.name}: {why}" if why else ""


def lacks_approval(book: Book, batch: Batch, now: datetime) -> bool:
    """The same, with the approval read again: of use only with the operation's row locked, as the approver locks it.
    One query, only where waves need their own."""
    if all(wave.pk != batch.wave_id for wave in with_their_own(book.rules, book.waves)):
        return False
    return bool(why_not(Wave.objects.get(pk=batch.wave_id), book.operation.plan_hash, now))


def take_back(book: Book, wave: Wave, now: datetime) -> None:
    """An approval that expired before anything ran is none: it is given again, or not. The caller saves."""
    if not wave.approved_hash:
        return
    detail = {"wave": wave.number, "name": wave.name, "approved_by": wave.approver_name,
              "expired": wave.approval_expires_at}  # fmt: skip
    audit(Actor(CAMPAIGN, "engine"), "campaign.expire_wave", f"operation:{book.operation.pk}", now, detail)
    wave.approver = wave.approved_at = wave.approval_expires_at = None
    wave.approver_name = wave.approved_hash = wave.approval_note = ""
