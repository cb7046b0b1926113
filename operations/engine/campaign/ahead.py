"""Before the first turn of a campaign that follows another: until that one came through, or somebody says otherwise,
nothing begins. Approvals run out meanwhile as ever."""

from datetime import datetime

from django.db import transaction

from operations.campaign_facts.chain import ahead_of
from operations.campaigns.chain import Ahead
from operations.engine import jobs
from operations.engine.campaign import foresight
from operations.engine.campaign.book import Book, open_book
from operations.engine.campaign.events import say
from operations.engine.campaign.missed import expire, has_begun
from operations.engine.campaign.pace import pace
from operations.models import Job, Operation


def awaited(book: Book) -> Ahead | None:
    """The campaign that is waited for; None where nothing keeps this one from its first turn."""
    campaign = book.campaign
    if campaign.after_number is None or campaign.begin_anyway_at or campaign.stop_reason or has_begun(book):
        return None
    found = ahead_of(campaign)
    return found if found is not None and found.why else None


def wait(claim: jobs.Claim, book: Book, ahead: Ahead, now: datetime) -> None:
    """One turn of waiting. Raises StaleTokenError when somebody else drives the job now."""
    foreseen = foresight.foreseen(book, now, begins=ahead.expected_at)
    with transaction.atomic():
        held = jobs.held(claim)
        Operation.objects.select_for_update().get(pk=book.operation.pk)
        book = open_book(book.operation.pk)
        if book.campaign.stop_reason or expire(book, now):
            jobs.release(held, now)
            return
        foresight.note(book, foreseen)
        Job.objects.filter(operation=book.operation, controller__isnull=False).update(next_at=None)
        say(book, ahead.why, now)
        jobs.release(held, now + pace().poll)
