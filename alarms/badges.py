"""The alarm badge and counts that a cloud wears on map and list, kept in step with its alarm rows."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from alarms.severity import Standing
from events.kinds import Kind
from events.log import append
from sites import spans
from sites.choices import SpanField
from sites.ingest import cloud_event, places


def record_badges(cloud_ids: Collection[int], *, baseline: Collection[int], now: datetime) -> None:
    """Count again what stands on these clouds. Tells clouds whose badge or counts changed, and those in `baseline`.

    Runs in the caller's transaction. One statement counts and writes, suppressed alarms left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(cloud_ids)])
        rows = cursor.fetchall()
    first = frozenset(baseline)
    standing = {pk: Standing(*counts) for pk, changed, *counts in rows if changed or pk in first}
    spans.record(((pk, SpanField.SEVERITY, of.badge.label) for pk, of in standing.items()), now)
    found = places(standing)
    if found:
        append(cloud_event(place, Kind.CLOUD_ALARMS, now, told(standing[pk])) for pk, place in found.items())


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


# By LATERAL each cloud's alarms are looked up in the index, also while PostgreSQL knows nothing of the table yet. What
# is not one of the four severities has a word that we do not know, and counts as indeterminate: Standing.badge
_COUNT = """
WITH counted AS (
    SELECT w.cloud_id, s.* FROM unnest(%s::bigint[]) AS w (cloud_id) CROSS JOIN LATERAL (
        SELECT coalesce(max(a.severity), 0) AS severity,
            count(*) FILTER (WHERE a.severity = 5) AS critical, count(*) FILTER (WHERE a.severity = 4) AS major,
            count(*) FILTER (WHERE a.severity = 3) AS minor, count(*) FILTER (WHERE a.severity = 2) AS warning,
            count(*) FILTER (WHERE a.severity < 2) AS other
        FROM alarms_alarm a WHERE a.cloud_id = w.cloud_id AND a.cleared_at IS NULL AND NOT a.suppressed
    ) s
), written AS (
    UPDATE sites_cloud c SET severity = v.severity, critical_alarms = v.critical, major_alarms = v.major,
        minor_alarms = v.minor, warning_alarms = v.warning
    FROM counted v WHERE c.id = v.cloud_id
        AND (c.severity, c.critical_alarms, c.major_alarms, c.minor_alarms, c.warning_alarms)
        IS DISTINCT FROM (v.severity, v.critical, v.major, v.minor, v.warning)
    RETURNING c.id
)
SELECT v.cloud_id, w.id IS NOT NULL, v.critical, v.major, v.minor, v.warning, v.other
FROM counted v LEFT JOIN written w ON w.id = v.cloud_id
"""
