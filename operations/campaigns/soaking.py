"""Whether the soak of a wave may end: when its time is over, each site that was done is looked at once more.

That nothing was heard of a site says nothing: a wave goes on when statuses and alarms were read after the soak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.campaigns.settling import UNREAD, since_when

DECIDE = (
    "That has taken long: excuse sites that nobody can look at, or stop reading a System Controller that is away, and"
    " the wave goes on without them."
)


@dataclass(frozen=True, slots=True)
class DoneSite:
    """As it was read last. `away_since` and `away_read_at`: of an earlier look, since when it has been as it is not to
    be, and when that was read last."""

    site: int
    name: str
    availability: str
    statuses_at: datetime | None
    alarms_at: datetime | None
    away_since: datetime | None = None
    away_read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """`why`: what keeps the soak from ending; "" where this site does not. `lost`: it has had its time, and failed.

    `offline`: it is known to be away, not merely unread.
    """

    why: str = ""
    away_since: datetime | None = None
    away_read_at: datetime | None = None
    offline: bool = False
    lost: bool = False


def seen(site: DoneSite, until: datetime, settle: timedelta) -> Seen:
    """`until`: when the soak was over. Only time in which its statuses were read counts against a site: after a gap
    its time begins anew."""
    at = site.statuses_at
    if at is None or at < until:
        return Seen("Its statuses have not been read since the soak.", site.away_since, site.away_read_at)
    since = since_when(site.away_since, site.away_read_at, at)
    if site.availability != "online":
        why = f"It is {site.availability or 'not known to be online'} after the work."
        return Seen(why, since, at, offline=True, lost=at - since >= settle)
    if site.alarms_at is None or site.alarms_at < until:
        return Seen("Its alarms have not been read since the soak.", since, at, lost=at - since >= UNREAD * settle)
    return Seen()


def waits_for(looks: Iterable[Seen], *, late: bool = False) -> str:
    """What a wave waits for, in numbers; "" for nothing. It names no site: not everybody may see all of them. `late`:
    it has waited for so long that somebody should decide."""
    left = [each for each in looks if each.why and not each.lost]
    offline = sum(each.offline for each in left)
    if not left:
        return ""
    told = "1 site is" if len(left) == 1 else f"{len(left):,} sites are"
    also = f"; {offline:,} of them not online" if offline else ""
    ask = f" {DECIDE}" if late else ""
    return f"{told} looked at once more before it goes on{also}.{ask}"
