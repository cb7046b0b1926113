"""System Controllers whose facts may be late: nobody reads them, or what is read of them does not come through.

The stream may be live and every page quick while the collector stands still; then nothing changes any more, and that
looks like a fleet at rest. So every page says it (templates/_late_banner.html).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sites.choices import Facet
from sites.freshness import stale_after

LEAST_SECONDS = 30.0


class Why(StrEnum):
    COLLECTOR = "collector"  # no collector gives a sign of life
    CENTRAL = "central"  # it does, but the central calls (T0) fail
    ALARMS = "alarms"  # subclouds wait too long for their alarms to be read (T1)


@dataclass(frozen=True, slots=True)
class Late:
    """`since`: the last sign, the last complete T0, or when the first that waits was due. None: never."""

    controller_id: int
    name: str
    why: Why
    since: datetime | None


# Controllers of which the user sees at least a part. There are few, and hardly ever one that is late.
LATE_QUERY = """
SELECT json_agg(json_build_array(k.id, k.name, k.created_at, b.beat_at, b.t0_at, b.t1_oldest_at) ORDER BY k.name)::text
FROM sites_controller k LEFT JOIN sites_collectorbeat b ON b.controller_id = k.id
WHERE k.enabled
  AND (coalesce(b.beat_at, k.created_at) < %(beat_since)s OR coalesce(b.t0_at, k.created_at) < %(t0_since)s
       OR b.t1_oldest_at < %(t1_since)s)
  AND (%(everything)s OR EXISTS (
       SELECT FROM sites_scopegrant g WHERE g.user_id = %(user)s AND (g.fleet OR g.controller_id = k.id
           OR g.group_id IS NOT NULL AND EXISTS (
               SELECT FROM sites_cloud c WHERE c.group_id = g.group_id AND c.controller_id = k.id
               AND c.removed_at IS NULL AND c.kind = 'subcloud')
           OR g.region <> '' AND EXISTS (
               SELECT FROM sites_cloud c WHERE c.region = g.region AND c.controller_id = k.id
               AND c.removed_at IS NULL AND c.kind = 'subcloud'))))
"""


def _limit(facet: Facet) -> timedelta:
    """However fast the fleet is played, signs come by the clock: every few seconds, and late beside other work."""
    return timedelta(seconds=max(LEAST_SECONDS, stale_after(facet)))


def late_parameters(now: datetime) -> dict[str, datetime]:
    """Limits of LATE_QUERY: a controller just added has as long as one that was read."""
    return {
        "beat_since": now - _limit(Facet.ALARM_COUNTS),
        "t0_since": now - _limit(Facet.SUBCLOUD),
        "t1_since": now - _limit(Facet.ALARMS),
    }


def beats(beat_at: datetime | None, now: datetime) -> bool:
    """Whether a collector gave a sign lately. None: it was never asked for one, so nothing is said against it."""
    return beat_at is None or now - beat_at <= _limit(Facet.ALARM_COUNTS)


def late_of(rows: Iterable[list[Any]], now: datetime) -> tuple[Late, ...]:
    """Rows of LATE_QUERY in words."""
    limits = late_parameters(now)
    return tuple(_late(pk, name, [_time(text) for text in times], limits) for pk, name, *times in rows)


def _late(pk: int, name: str, times: list[datetime | None], limits: dict[str, datetime]) -> Late:
    created, beat, t0, oldest = times
    if (at := beat or created) is None or at < limits["beat_since"]:
        return Late(pk, name, Why.COLLECTOR, beat)
    if (at := t0 or created) is None or at < limits["t0_since"]:
        return Late(pk, name, Why.CENTRAL, t0)
    return Late(pk, name, Why.ALARMS, oldest)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
