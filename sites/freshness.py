"""Whether a fact may still be called current. Unknown and stale are states of their own; neither ever looks live."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from sites.choices import CENTRAL_PERIODS, PERIOD_OF_FACET, CloudKind, Contact, Facet
from sites.models import Cloud, FacetState

AHEAD_SECONDS = 5.0  # the clocks of our hosts may differ by so much; what lies further ahead is a wrong clock's time
TOLD_BY_DCMANAGER = (Facet.SUBCLOUD, Facet.ALARM_COUNTS)  # these stay current when the site is cut off


@dataclass(frozen=True, slots=True)
class Freshness:
    """Age of one facet of one cloud. `observed_at` None: never read. Times are aware UTC."""

    facet: str
    observed_at: datetime | None = None
    attempted_at: datetime | None = None
    source: str = ""
    error: str = ""
    stale: bool = True
    stale_after: float = 0.0  # seconds

    @property
    def failing(self) -> bool:
        """The last try failed: the facts are from before it, and may be wrong although they are not old yet."""
        tried_since = self.observed_at is None or (
            self.attempted_at is not None and self.attempted_at > self.observed_at
        )
        return bool(self.error) and tried_since


def stale_after(facet: str, *, central: bool = False) -> float:
    """Seconds after which this facet is stale: three times its period, at a central cloud or at a subcloud."""
    period = CENTRAL_PERIODS.get(Facet(facet)) if central else None
    return float(settings.POLL_SECONDS[period or PERIOD_OF_FACET[Facet(facet)]]) * settings.STALE_AFTER_PERIODS


def is_stale(
    facet: str, observed_at: datetime | None, now: datetime, *, lost: bool = False, central: bool = False
) -> bool:
    """`lost`: the cloud itself does not answer, so nothing it told is current, however young."""
    if lost and facet not in TOLD_BY_DCMANAGER:
        return True
    if observed_at is None:
        return True
    oldest, newest = current(facet, now, central=central)
    return not oldest <= observed_at <= newest


def current(facet: str, now: datetime, *, central: bool = False) -> tuple[datetime, datetime]:
    """The oldest and the newest time at which what is current now was read: no clock that is right says later."""
    return now - timedelta(seconds=stale_after(facet, central=central)), latest_possible(now)


def latest_possible(now: datetime) -> datetime:
    """A time stored before now that is later than this was told by a clock that was wrong."""
    return now + timedelta(seconds=AHEAD_SECONDS)


def freshness_of(
    rows: Iterable[Mapping[str, Any]], now: datetime, *, lost: bool = False, central: bool = False
) -> dict[str, Freshness]:
    """Every facet, also those that were never read. Rows have facet, observed_at, attempted_at, source, error."""
    found = {
        str(row["facet"]): Freshness(
            facet=row["facet"],
            observed_at=_time(row["observed_at"]),
            attempted_at=_time(row["attempted_at"]),
            source=row["source"],
            error=row["error"],
            stale=is_stale(row["facet"], _time(row["observed_at"]), now, lost=lost, central=central),
            stale_after=stale_after(row["facet"], central=central),
        )
        for row in rows
    }
    return {
        facet.value: found.get(facet.value)
        or Freshness(facet=facet.value, stale_after=stale_after(facet.value, central=central))
        for facet in Facet
    }


def is_live(now: datetime, outer: str = "pk") -> Q:
    """Condition on Cloud: its alarms (T1) are current, else it is stale. One rule for page, map, list and API.

    Nothing is current at a cloud that does not answer: three periods are a quarter of an hour.
    """
    states = FacetState.objects.filter(cloud=OuterRef(outer), facet=Facet.ALARMS)
    fresh = Q(Exists(states.filter(observed_at__range=current(Facet.ALARMS, now))))
    central = Q(Exists(states.filter(observed_at__range=current(Facet.ALARMS, now, central=True))))
    return fresh & (~is_central(outer) | central) & ~Q(**{contact_of(outer): Contact.UNREACHABLE})


def with_alarm_age(clouds: QuerySet[Cloud]) -> QuerySet[Cloud]:
    """For is_live_joined(): to ask many clouds at once, one join is cheaper than a look-up for each."""
    return clouds.annotate(alarm_age=FilteredRelation("facets", condition=Q(facets__facet=Facet.ALARMS)))


def is_live_joined(now: datetime) -> Q:
    """is_live() for clouds of with_alarm_age()."""
    fresh = Q(alarm_age__observed_at__range=current(Facet.ALARMS, now))
    central = Q(alarm_age__observed_at__range=current(Facet.ALARMS, now, central=True))
    return fresh & (~is_central("pk") | central) & ~Q(contact=Contact.UNREACHABLE)


def is_central(outer: str) -> Q:
    """Condition on what contact_of() is about: it is a central cloud, whose alarms are read much more often."""
    return Q(**{"cloud__kind" if outer == "cloud_id" else "kind": CloudKind.CENTRAL})


def contact_of(outer: str) -> str:
    """The column with the contact of the cloud whose id is in `outer`: pk, id, or cloud_id of what points to one."""
    return "cloud__contact" if outer == "cloud_id" else "contact"


def _time(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
