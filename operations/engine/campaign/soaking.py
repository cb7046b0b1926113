"""The look at the sites of a wave when its soak is over: at all that were done there, but for those that somebody
excused, or whose System Controller is not to be read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q

from events.log import append
from operations.campaigns.batch import End
from operations.campaigns.conduct import soak_end
from operations.campaigns.settling import UNREAD
from operations.campaigns.soaking import DoneSite, Seen, seen, waits_for
from operations.choices import TargetState, WaveState
from operations.engine.campaign.book import OVER, Book
from operations.engine.campaign.pace import pace
from operations.engine.events import target_event
from operations.models import Attempt, CampaignTarget, Target
from sites.choices import Facet
from sites.services.clouds import follow

Times = tuple[datetime | None, datetime | None]
COLUMNS = ("pk", "target__cloud_id", "target__name", "target__message", "target__cloud__availability_status",
           "statuses_at", "alarms_at", "away_since", "away_read_at")  # fmt: skip
NAMED_AFTER = timedelta(minutes=5)  # most are only about to be read: that need not be said of each


@dataclass(frozen=True, slots=True)
class Looked:
    """`looks` by target: of sites that are not as they should be, or were not. `told`: what is said of each now."""

    wave: int
    until: datetime
    looks: Mapping[int, Seen]
    told: Mapping[int, str]
    times: Mapping[int, Times]


def look(book: Book, now: datetime) -> Looked | None:
    """At the wave whose soak has just ended; the collector is asked to look too. None where no wave is there yet. One
    query, and one for the hints."""
    soaked = _just_soaked(book, now)
    if soaked is None:
        return None
    number, until = soaked
    looks, told, times, hinted = {}, {}, {}, []
    for row in _sites(book, number, until):
        site = DoneSite(
            row["pk"], row["target__name"], row["target__cloud__availability_status"], row["statuses_at"],
            row["alarms_at"], row["away_since"], row["away_read_at"],
        )  # fmt: skip
        looks[site.site] = seen(site, until, pace().settle)
        told[site.site], times[site.site] = row["target__message"], (site.away_since, site.away_read_at)
        if looks[site.site].why:
            hinted.append(row["target__cloud_id"])
    follow(hinted, now, pace().look)
    return Looked(number, until, looks, told, times)


def note(book: Book, looked: Looked | None, now: datetime) -> None:
    """Since when each is away; who was for too long has failed. In the caller's transaction, after new alarms were
    noted: then the wave may go on. Of the sites' rows nothing is read that is large."""
    if looked is None:
        return
    late = now - looked.until >= UNREAD * pace().settle
    book.soaked[looked.wave] = waits_for(looked.looks.values(), late=late)
    moved: dict[Times, list[int]] = defaultdict(list)
    for pk, saw in looked.looks.items():
        if (saw.away_since, saw.away_read_at) != looked.times[pk]:
            moved[saw.away_since, saw.away_read_at].append(pk)
    for (since, read_at), rows in moved.items():  # those of a System Controller are read together
        CampaignTarget.objects.filter(pk__in=rows).update(away_since=since, away_read_at=read_at)
    _tell_sites(looked, now)


def _tell_sites(looked: Looked, now: datetime) -> None:
    """Of which something else is to be said than before."""
    every = now - looked.until >= NAMED_AFTER
    says = {pk: saw.why if saw.offline or every else "" for pk, saw in looked.looks.items()}
    changed = [pk for pk, saw in looked.looks.items() if saw.lost or says[pk] != looked.told[pk]]
    targets = list(Target.objects.filter(pk__in=changed, state=TargetState.COMPLETED))
    for target in targets:
        saw = looked.looks[target.pk]
        target.message = "" if saw.lost else says[target.pk]
        if saw.lost:
            target.state, target.error, target.cause = TargetState.FAILED, saw.why, End.FAILED.value
    Target.objects.bulk_update(targets, ["state", "error", "cause", "message"], batch_size=500)
    lost = Attempt.objects.filter(target__in=[each for each in targets if each.state == TargetState.FAILED])
    for attempt in lost.filter(number=F("target__attempt")).select_related("target"):
        attempt.outcome, attempt.error = TargetState.FAILED, attempt.target.error
        attempt.save(update_fields=["outcome", "error"])
    append(target_event(target, now) for target in targets)


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
        excused_by="", target__cloud__removed_at=None, target__cloud__isnull=False, target__controller__enabled=True,
    ).annotate(
        statuses=FilteredRelation("target__cloud__facets", condition=Q(target__cloud__facets__facet=Facet.SUBCLOUD)),
        alarms=FilteredRelation("target__cloud__facets", condition=Q(target__cloud__facets__facet=Facet.ALARMS)),
        statuses_at=F("statuses__observed_at"), alarms_at=F("alarms__observed_at"),
    )  # fmt: skip
    unwell = ~Q(target__cloud__availability_status="online") | Q(away_since__isnull=False) | ~Q(target__message="")
    unread = Q(statuses_at=None) | Q(statuses_at__lt=until) | Q(alarms_at=None) | Q(alarms_at__lt=until)
    return rows.filter(unwell | unread).order_by("pk").values(*COLUMNS)
