"""How long a site has had to be well after the work: counted while its statuses could be read, not by the wall clock.

After half an hour in which the portal or its System Controller was away, nothing is known yet, and nobody has failed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from operations.campaigns.postcheck import After

UNREAD = 4  # times as long it is waited where dcmanager tells of the site, but its alarms or hosts were not read
GAP = timedelta(minutes=5)  # between two readings: what is longer was silence, and all begins anew


def since_when(since: datetime | None, last: datetime | None, at: datetime) -> datetime:
    """Since when it has been seen without a gap. `last`: the reading before that `at`."""
    return at if since is None or last is None or at - last > GAP else since


def noted(told: After, earlier: After | None, statuses_at: datetime | None, ended_at: datetime) -> After:
    """`told` with since when its statuses have been read without a gap after the work. `earlier`: of the last check."""
    since, last = (earlier.read_since, earlier.read_at) if earlier is not None else (None, None)
    if statuses_at is None or statuses_at < ended_at:
        return replace(told, read_since=since, read_at=last)
    return replace(told, read_since=since_when(since, last, statuses_at), read_at=statuses_at)


def is_late(told: After, settle: timedelta) -> bool:
    """Whether the time to settle is over. `told.unread`: what was not looked at says nothing bad of the site yet."""
    if told.unread:
        settle *= UNREAD
    return told.read_since is not None and told.read_at is not None and told.read_at - told.read_since >= settle
