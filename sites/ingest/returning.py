"""Subclouds that were gone and are listed again: the same id and region name is the same subcloud, with its history."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from events.kinds import Kind
from events.log import append
from sites import spans
from sites.choices import DCMANAGER_SPANS, Facet, Severity, SpanField
from sites.models import Cloud, FacetState
from sites.places import cloud_event, places
from starlingx.records import Subcloud

WORN = {
    **DCMANAGER_SPANS,
    "contact": SpanField.CONTACT,
    "ceph_status": SpanField.CEPH,
    "nic_status": SpanField.NIC,
}
COUNTS = ("critical_alarms", "major_alarms", "minor_alarms", "warning_alarms")


def revive(controller_id: int, subclouds: Sequence[Subcloud], now: datetime) -> frozenset[int]:
    """Rows that were removed and are these, of each the last one. They go on as they were, but for their alarms, which
    ended when they went: the next list is their first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _REVIVE, [[each.id for each in subclouds], [each.region_name for each in subclouds], controller_id]
        )
        found = [pk for (pk,) in cursor.fetchall()]
        if found:
            rows = Cloud.objects.filter(pk__in=found)
            rows.update(severity=Severity.INDETERMINATE, **dict.fromkeys(COUNTS))
            FacetState.objects.filter(cloud__in=found, facet=Facet.ALARMS).update(observed_at=None)
            told = {pk: (name, words) for pk, name, *words in rows.values_list("pk", "name", *WORN)}
            fields = list(WORN.values())
            spans.record(
                ((pk, *pair) for pk, (_, words) in told.items() for pair in zip(fields, words, strict=True)), now
            )
            where = places(found).items()
            append(cloud_event(place, Kind.CLOUD_ADDED, now, {"name": told[pk][0]}) for pk, place in where)
    return frozenset(found)


_REVIVE = """
UPDATE sites_cloud c SET removed_at = NULL FROM (
    SELECT DISTINCT ON (o.dcmanager_id) o.id
    FROM sites_cloud o JOIN unnest(%s::int[], %s::text[]) AS v (number, region)
        ON o.dcmanager_id = v.number AND o.region_name = v.region
    WHERE o.controller_id = %s AND o.kind = 'subcloud' AND o.removed_at IS NOT NULL
    ORDER BY o.dcmanager_id, o.removed_at DESC
) last WHERE c.id = last.id RETURNING c.id
"""
