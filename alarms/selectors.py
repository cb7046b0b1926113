"""Reads about alarms. Every one takes scopes, or a cloud that was read within them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from alarms.models import Alarm
from sites.access import Scopes
from sites.choices import Severity
from sites.models import Cloud
from sites.selectors import sees_all

HEATMAP_HOURS = 24
STANDING_WORDS = [Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING]


def alarms(scopes: Scopes) -> QuerySet[Alarm]:
    """Standing and cleared alarms of clouds in scope."""
    return Alarm.objects.filter(scopes.clouds("cloud__"), cloud__removed_at=None)


def standing(scopes: Scopes) -> QuerySet[Alarm]:
    """What stands as far as we know: on a cloud out of contact, until a complete list says otherwise.

    Whoever sees every controller is spared the join: nothing stands on a cloud that was removed (ingest.forget).
    """
    return (Alarm.objects.all() if sees_all(scopes) else alarms(scopes)).filter(cleared_at=None)


def standing_on(cloud_id: int) -> QuerySet[Alarm]:
    """The worst first. The caller has read the cloud within its scopes."""
    return Alarm.objects.filter(cloud_id=cloud_id, cleared_at=None).order_by("-severity", "-raised_at", "-id")


def hourly(cloud_id: int, now: datetime) -> dict[Severity, list[int]]:
    """Alarms raised on a cloud in each of the last 24 clock hours (UTC), oldest first, by severity. One query."""
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    start = end - timedelta(hours=HEATMAP_HOURS)
    with connection.cursor() as cursor:
        cursor.execute(_HOURLY, {"cloud": cloud_id, "start": start, "end": end})
        rows = cursor.fetchall()
    grid = {severity: [0] * HEATMAP_HOURS for severity in STANDING_WORDS}
    for severity, at, raised in rows:
        if severity in grid:
            grid[Severity(severity)][min(max(at, 0), HEATMAP_HOURS - 1)] += raised
    return grid


_HOURLY = f"""
SELECT severity, floor(extract(epoch FROM raised_at - %(start)s) / 3600)::int AS hour, count(*)
FROM {Alarm._meta.db_table} WHERE cloud_id = %(cloud)s AND raised_at >= %(start)s AND raised_at < %(end)s
GROUP BY severity, hour
"""  # noqa: S608 - constants


def counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many of `rows` are critical, major, minor, warning; suppressed ones are not counted."""
    found = dict.fromkeys((severity.label for severity in STANDING_WORDS), 0)
    for row in rows:
        label = Severity(row["severity"]).label
        if label in found and not row["suppressed"]:
            found[label] += 1
    return found


def kept_counts(cloud: Cloud) -> dict[str, int]:
    """The same, from what ingest keeps at the cloud."""
    return {severity.label: getattr(cloud, f"{severity.label}_alarms") or 0 for severity in STANDING_WORDS}
