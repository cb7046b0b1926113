"""What people have said since a turn began: its look upstream may take a minute, and their word counts at once."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from operations.campaigns import actions as a
from operations.engine.campaign.book import Book
from operations.engine.campaign.missed import approval_ran_out
from operations.engine.campaign.unapproved import lacks_approval
from operations.models import Batch, Campaign, CampaignTarget, Operation

STARTS = (a.Begin, a.CreateStrategy, a.Apply)  # what must not happen against it


def said_otherwise(book: Book, batch: Batch, now: datetime) -> bool:
    """Whether `book` is older than a pause, a stop, a hold or a skip that this batch must heed, or than the end of the
    approval, of the campaign or of its wave. Of use only with the operation's row locked, as whoever says such a thing
    locks it."""
    held = Operation.objects.values_list("held", flat=True).get(pk=book.operation.pk)
    campaign = Campaign.objects.get(pk=book.operation.pk)
    if (held, campaign.stop_reason) != (book.operation.held, book.campaign.stop_reason):
        return True
    if approval_ran_out(campaign, now) or lacks_approval(book, batch, now):
        return True
    rows = [book.sites[site].row for site in book.members[batch.number]]
    since = CampaignTarget.objects.filter(~Q(held_by="") | Q(skipped=True), pk__in=[row.pk for row in rows])
    return set(since.values_list("pk", "held_by", "skipped")) != set(_kept_out(rows))


def _kept_out(rows: Iterable[CampaignTarget]) -> Iterable[tuple[int, str, bool]]:
    return ((row.pk, row.held_by, row.skipped) for row in rows if row.held_by or row.skipped)
