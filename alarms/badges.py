"""The alarm badge and counts that a cloud wears on map and list, kept in step with its alarm rows."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from alarms.models import Alarm
from alarms.severity import Standing
from events.kinds import Kind
from events.log import append
from sites import spans
from sites.choices import Severity, SpanField
from sites.ingest import cloud_event, places

FIELD_OF_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "major",
    Severity.MINOR: "minor",
    Severity.WARNING: "warning",
}


def record_badges(cloud_ids: Collection[int], *, baseline: Collection[int], now: datetime) -> None:
    """Count again what stands on these clouds. Tells clouds whose badge or counts changed, and those in `baseline`.

    Runs in the caller's transaction.
    """
    counted = count(cloud_ids)
    changed = _update(counted)
    spans.record(((pk, SpanField.SEVERITY, counted[pk].badge.label) for pk in {*changed, *baseline}), now)
    found = places({*changed, *baseline})
    if found:
        append(cloud_event(place, Kind.CLOUD_ALARMS, now, told(counted[pk])) for pk, place in found.items())


def count(cloud_ids: Collection[int]) -> dict[int, Standing]:
    """What stands on each of these clouds, suppressed alarms left out. One query."""
    counts: dict[int, dict[str, int]] = {pk: {} for pk in cloud_ids}
    rows = Alarm.objects.filter(cloud__in=list(cloud_ids), cleared_at=None, suppressed=False).order_by()
    for pk, severity, number in rows.values_list("cloud_id", "severity").annotate(number=Count("pk")):
        field = FIELD_OF_SEVERITY.get(Severity(severity), "other")
        counts[pk][field] = counts[pk].get(field, 0) + number
    return {pk: Standing(**fields) for pk, fields in counts.items()}


def told(standing: Standing) -> dict[str, Any]:
    """Payload of cloud.alarms."""
    return {
        "severity": standing.badge.label,
        "critical": standing.critical,
        "major": standing.major,
        "minor": standing.minor,
        "warning": standing.warning,
        "active": standing.active,
    }


def _update(counted: dict[int, Standing]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            [
                list(counted),
                [standing.badge.value for standing in counted.values()],
                [standing.critical for standing in counted.values()],
                [standing.major for standing in counted.values()],
                [standing.minor for standing in counted.values()],
                [standing.warning for standing in counted.values()],
            ],
        )
        return [row[0] for row in cursor.fetchall()]


_UPDATE = """
UPDATE sites_cloud c SET severity = v.severity, critical_alarms = v.critical, major_alarms = v.major,
    minor_alarms = v.minor, warning_alarms = v.warning
FROM unnest(%s::bigint[], %s::smallint[], %s::int[], %s::int[], %s::int[], %s::int[])
    AS v (cloud_id, severity, critical, major, minor, warning)
WHERE c.id = v.cloud_id AND (c.severity, c.critical_alarms, c.major_alarms, c.minor_alarms, c.warning_alarms)
    IS DISTINCT FROM (v.severity, v.critical, v.major, v.minor, v.warning)
RETURNING c.id
"""
