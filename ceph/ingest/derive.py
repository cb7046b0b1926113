"""The Ceph badge of whole clouds, derived again from what is stored: backend, measurement, alarms."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction

from alarms.models import Alarm
from ceph.health import CEPH_ALARMS, CephAlarm, CephState, state_of
from ceph.models import CephCluster
from events.kinds import Kind
from events.log import append
from sites import spans
from sites.choices import Facet, SpanField
from sites.freshness import is_stale
from sites.ingest import cloud_event, places
from sites.models import FacetState

# Rook's operator looks every minute; health it has not checked for so long is old, whatever it says.
LONGEST_UNCHECKED = timedelta(minutes=15)


def derive(cloud_ids: Collection[int], *, now: datetime) -> None:
    """Write states and badges that differ, with spans and events. A fixed number of statements.

    Clouds whose storage was never read stay as they are.
    """
    with transaction.atomic():
        rows = list(CephCluster.objects.filter(cloud__in=list(cloud_ids)))
        if not rows:
            return
        facets = _facets([row.cloud_id for row in rows])
        alarms = _alarms([row.cloud_id for row in rows])
        states: dict[int, CephState] = {}
        for row in rows:
            measured_at = facets.get((row.cloud_id, Facet.CEPH_HEALTH.value))
            counts = not is_stale(Facet.CEPH_HEALTH, measured_at, now) and _checked_lately(row, now)
            states[row.cloud_id] = state_of(
                row.flavour,
                row.backend_state,
                [_alarm(*each, measured_at) for each in alarms[row.cloud_id]],
                measured=row.health if counts else "",
                alarms_known=(row.cloud_id, Facet.ALARMS.value) in facets,
            )
        _write(states, now)


def _checked_lately(row: CephCluster, now: datetime) -> bool:
    return row.health_checked_at is None or now - row.health_checked_at <= LONGEST_UNCHECKED


def _facets(cloud_ids: Collection[int]) -> dict[tuple[int, str], datetime | None]:
    rows = FacetState.objects.filter(
        cloud__in=list(cloud_ids), facet__in=(Facet.CEPH_HEALTH, Facet.ALARMS), observed_at__isnull=False
    )
    return {(cloud_id, facet): at for cloud_id, facet, at in rows.values_list("cloud_id", "facet", "observed_at")}


def _alarms(cloud_ids: Collection[int]) -> dict[int, list[tuple[str, int, str, datetime]]]:
    rows = Alarm.objects.filter(cloud__in=list(cloud_ids), cleared_at=None, alarm_id__in=CEPH_ALARMS).order_by()
    found: dict[int, list[tuple[str, int, str, datetime]]] = defaultdict(list)
    columns = ("cloud_id", "alarm_id", "severity", "reason_text", "changed_at")
    for cloud_id, alarm_id, severity, reason_text, changed_at in rows.values_list(*columns):
        found[cloud_id].append((alarm_id, severity, reason_text, changed_at))
    return found


def _alarm(
    alarm_id: str, severity: int, reason_text: str, changed_at: datetime, measured_at: datetime | None
) -> CephAlarm:
    return CephAlarm(alarm_id, severity, reason_text, newer=measured_at is not None and changed_at > measured_at)


def _write(states: dict[int, CephState], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_CLUSTERS, {**_columns(states), "now": now})
        cursor.execute(_UPDATE_CLOUDS, _columns(states))
        worn = [row[0] for row in cursor.fetchall()]
    spans.record(((pk, SpanField.CEPH, states[pk].status.value) for pk in worn), now)
    found = places(worn) if worn else {}
    if found:
        append(
            cloud_event(
                place, Kind.CLOUD_CEPH, now, {"status": states[pk].status.value, "source": states[pk].source.value}
            )
            for pk, place in found.items()
        )


def _columns(states: dict[int, CephState]) -> dict[str, list[int] | list[str]]:
    return {
        "clouds": list(states),
        "statuses": [state.status.value for state in states.values()],
        "sources": [state.source.value for state in states.values()],
        "details": [state.detail[:255] for state in states.values()],
    }


_STATES = (
    "unnest(%(clouds)s::bigint[], %(statuses)s::text[], %(sources)s::text[], %(details)s::text[])"
    " AS v (cloud_id, status, source, detail)"
)
_UPDATE_CLUSTERS = f"""
UPDATE ceph_cephcluster e SET status = v.status, source = v.source, detail = v.detail,
    changed_at = CASE WHEN e.status = v.status THEN e.changed_at ELSE %(now)s END
FROM {_STATES} WHERE e.cloud_id = v.cloud_id
    AND (e.status, e.source, e.detail) IS DISTINCT FROM (v.status, v.source, v.detail)
"""  # noqa: S608 - constants
_UPDATE_CLOUDS = f"""
UPDATE sites_cloud c SET ceph_status = v.status, ceph_source = v.source
FROM {_STATES} WHERE c.id = v.cloud_id AND (c.ceph_status, c.ceph_source) IS DISTINCT FROM (v.status, v.source)
RETURNING c.id
"""  # noqa: S608 - constants
