"""History of a cloud's states as spans: from when to when a field had a value. Spans of one field never overlap."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from sites.choices import SpanField

LONGEST_VALUE = 64


def record(values: Iterable[tuple[int, SpanField, str]], at: datetime) -> None:
    """From `at` on, field of cloud has value. Two statements, whatever the number; equal values change nothing."""
    latest = {(cloud_id, field.value): value[:LONGEST_VALUE] for cloud_id, field, value in values}
    if not latest:
        return
    parameters: dict[str, Any] = {
        "clouds": [cloud_id for cloud_id, _ in latest],
        "fields": [field for _, field in latest],
        "values": list(latest.values()),
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, parameters)
        cursor.execute(_BEGIN, parameters)


def end(cloud_ids: Iterable[int], at: datetime) -> None:
    """These clouds are gone: no state of theirs goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sites_statusspan SET ended_at = greatest(began_at, %s)"
            " WHERE cloud_id = ANY(%s) AND ended_at IS NULL",
            [at, list(cloud_ids)],
        )


_INCOMING = "unnest(%(clouds)s::bigint[], %(fields)s::text[], %(values)s::text[]) AS v (cloud_id, field, value)"

# A clock set back must not end a span before it began.
_END = f"""
UPDATE sites_statusspan s SET ended_at = greatest(s.began_at, %(at)s) FROM {_INCOMING}
WHERE s.cloud_id = v.cloud_id AND s.field = v.field AND s.ended_at IS NULL AND s.value <> v.value
"""  # noqa: S608 - constants

_BEGIN = f"""
INSERT INTO sites_statusspan (cloud_id, field, value, began_at)
SELECT v.cloud_id, v.field, v.value, greatest(%(at)s, (
    SELECT max(p.ended_at) FROM sites_statusspan p WHERE p.cloud_id = v.cloud_id AND p.field = v.field))
FROM {_INCOMING}
WHERE NOT EXISTS (
    SELECT FROM sites_statusspan o WHERE o.cloud_id = v.cloud_id AND o.field = v.field AND o.ended_at IS NULL)
ORDER BY v.cloud_id, v.field
"""  # noqa: S608 - constants
