""" "Look at this one now": rows left by pages and listeners, read often. The poll stays the truth."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from collector.site import Kind
from sites.models import Hint

OPEN_PAGE = "open_page"
# What a reason asks for; the ones not named here (a syslog line, a trap) only concern what stands.
KINDS = {
    OPEN_PAGE: (Kind.ALARMS, Kind.HOSTS, Kind.HEALTH),
    "worked_on": (Kind.ALARMS, Kind.HOSTS, Kind.HEALTH),
    "asked": (Kind.ALARMS, Kind.HEALTH, Kind.INVENTORY),
    "health": (Kind.CHECKS,),
}
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HintRow:
    """A hint that still counts. `seconds`: how long it goes on."""

    controller_id: int
    cloud_id: int
    reason: str
    at: datetime
    seconds: float

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return KINDS.get(self.reason, (Kind.ALARMS,))


def standing(controller_ids: Collection[int]) -> list[HintRow]:
    """Hints for the clouds of these controllers that have not run out. One query on a small table."""
    now = timezone.now()
    rows = Hint.objects.filter(cloud__controller__in=list(controller_ids), until__gt=now)
    return [
        HintRow(controller_id, cloud_id, reason, at, (until - now).total_seconds())
        for controller_id, cloud_id, reason, at, until in rows.values_list(
            "cloud__controller_id", "cloud_id", "reason", "at", "until"
        )
    ]


def forget_old() -> None:
    """Delete hints that ran out long ago."""
    Hint.objects.filter(until__lt=timezone.now() - KEPT).delete()


class HintsTaken:
    """Which hints were followed already; one is followed again when it is left again."""

    def __init__(self) -> None:
        self._at: dict[tuple[int, str], datetime] = {}

    def is_new(self, hint: HintRow) -> bool:
        key = (hint.cloud_id, hint.reason)
        if self._at.get(key) == hint.at:
            return False
        self._at[key] = hint.at
        return True

    def keep_only(self, hints: Collection[HintRow]) -> None:
        """Forget those that do not stand any more."""
        standing_keys = {(hint.cloud_id, hint.reason) for hint in hints}
        self._at = {key: at for key, at in self._at.items() if key in standing_keys}
