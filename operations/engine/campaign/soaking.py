"""The look at the sites of a wave when its soak is over: at all that were done there, but for what somebody excused."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q

from events.log import append
from operations.campaigns.conduct import soak_end
from operations.campaigns.soaking import DoneSite, Seen, seen, waits_for
from operations.choices import TargetState, WaveState
from operations.engine.campaign.book import OVER, Book
from operations.engine.campaign.pace import pace
from operations.engine.events import target_event
from operations.models import CampaignTarget, Target
from sites.choices import Facet
from sites.services.clouds import follow

COLUMNS = ("pk", "target__cloud_id", "target__name", "target__cloud__availability_status", "statuses_at", "alarms_at",
           "away_since")  # fmt: skip
Looks = Mapping[int, Seen]


def look(book: Book, now: datetime) -> tuple[int, Looks] | None:
    """The wave whose soak has just ended, and its sites by target that are not as they should be, or were not. The
    collector is asked to look at them. None where no wave is there yet. One query, and one for the hints."""
    soaked = _just_soaked(book, now)
    if soaked is None:
        return None
    number, until = soaked
    looks, hinted = {}, []
    for row in _sites(book, number, until):
        site = DoneSite(
            row["pk"], row["target__name"], row["target__cloud__availability_status"], row["statuses_at"],
            row["alarms_at"], row["away_since"],
        )  # fmt: skip
        looks[site.site] = seen(site, until, pace().settle)
        if looks[site.site].why:
            hinted.append(row["target__cloud_id"])
    follow(hinted, now, pace().look)
    return number, looks


def note(book: Book, looked: tuple[int, Looks] | None, now: datetime) -> None:
    """Since when each is away; who was for too long has failed. In the caller's transaction, after new alarms were
    noted: then the wave may go on."""
    if looked is None:
        return
    number, looks = looked
    book.soaked[number] = waits_for(looks.values())
    found = CampaignTarget.objects.filter(pk__in=looks, target__state=TargetState.COMPLETED)
    rows = list(found.select_related("target"))
    moved = [row for row in rows if row.away_since != looks[row.pk].away_since]
    for row in moved:
        row.away_since = looks[row.pk].away_since
    CampaignTarget.objects.bulk_update(moved, ["away_since"], batch_size=500)
    told = [row.target for row in rows if _tell(row.target, looks[row.pk])]
    Target.objects.bulk_update(told, ["state", "error", "message"], batch_size=500)
    append(target_event(target, now) for target in told)


def _tell(target: Target, saw: Seen) -> bool:
    """Whether anything of it has changed."""
    before = (target.state, target.error, target.message)
    target.message = saw.why if saw.offline and not saw.lost else ""
    if saw.lost:
        target.state, target.error = TargetState.FAILED, saw.why
    return before != (target.state, target.error, target.message)


def _just_soaked(book: Book, now: datetime) -> tuple[int, datetime] | None:
    """The number of the wave, and when its soak was over."""
    for wave in book.waves:
        if wave.state == WaveState.COMPLETED:
            continue
        batches = [batch for batch in book.batches.values() if batch.wave_id == wave.pk]
        if any(batch.state not in OVER for batch in batches):
            return None
        until = soak_end((batch.ended_at for batch in batches), timedelta(seconds=wave.soak_seconds))
        if until is not None:
            return (wave.number, until) if until <= now else None
    return None


def _sites(book: Book, wave: int, until: datetime) -> Any:
    """Those of which something is missing, or was at the last look."""
    rows = CampaignTarget.objects.filter(
        target__operation=book.operation.pk, batch__wave__number=wave, target__state=TargetState.COMPLETED,
        excused_by="", target__cloud__removed_at=None, target__cloud__isnull=False,
    ).annotate(
        statuses=FilteredRelation("target__cloud__facets", condition=Q(target__cloud__facets__facet=Facet.SUBCLOUD)),
        alarms=FilteredRelation("target__cloud__facets", condition=Q(target__cloud__facets__facet=Facet.ALARMS)),
        statuses_at=F("statuses__observed_at"), alarms_at=F("alarms__observed_at"),
    )  # fmt: skip
    unwell = ~Q(target__cloud__availability_status="online") | Q(away_since__isnull=False)
    unread = Q(statuses_at=None) | Q(statuses_at__lt=until) | Q(alarms_at=None) | Q(alarms_at__lt=until)
    return rows.filter(unwell | unread).order_by("pk").values(*COLUMNS)
