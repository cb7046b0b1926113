"""Alarms that are new at sites which are done, through soak and a day: by what the collector has read since.

Sets of identities, compared by PostgreSQL: complete for whatever number of alarms a site has, and none of them is held
here. What counts is what operations/campaigns/baseline.py says.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from events.log import append
from operations.campaigns.alarm_gates import OWN_ALARMS
from operations.campaigns.strategy import Kind
from operations.choices import TargetState
from operations.engine.campaign.halting import CAMPAIGN
from operations.engine.campaign.targets import WHOLE_SECONDS
from operations.engine.events import target_event
from operations.models import CampaignTarget, Target
from operations.planning.problems import listed
from sites.choices import Facet
from sites.services.actors import Actor, audit

COUNT_FOR = timedelta(hours=24)  # after the step, or until the wave has soaked: what comes later says little of it
# Of sites whose alarms were read since their step ended, and of which it is known what stood before
_FRESH = """
WITH done AS MATERIALIZED (
    SELECT s.target_id, t.cloud_id, s.baseline, s.new_alarms,
        greatest(coalesce(s.step_finished_at, t.ended_at) + %(count_for)s, coalesce(w.ended_at, 'infinity')) AS until
    FROM operations_campaigntarget s
    JOIN operations_target t ON t.id = s.target_id AND t.state = %(done)s
    JOIN operations_batch b ON b.id = s.batch_id
    JOIN operations_wave w ON w.id = b.wave_id
    JOIN sites_facetstate f ON f.cloud_id = t.cloud_id AND f.facet = %(facet)s
    WHERE t.operation_id = %(operation)s AND jsonb_typeof(s.baseline) = 'array'
        AND f.observed_at >= coalesce(s.step_finished_at + %(cut)s, '-infinity') AND (%(only)s::bigint[] IS NULL
        OR s.target_id = ANY(%(only)s))
)
SELECT done.target_id, a.alarm_id::text AS alarm_id, a.entity_instance_id::text AS entity
FROM done JOIN alarms_alarm a ON a.cloud_id = done.cloud_id AND a.cleared_at IS NULL
WHERE a.alarm_id <> ALL(%(own)s) AND least(a.raised_at, a.first_seen_at) <= done.until
    AND coalesce(a.management_affecting OR a.service_affecting, a.management_affecting, a.service_affecting, true)
EXCEPT
SELECT done.target_id, b ->> 'alarm_id', b ->> 'entity' FROM done, jsonb_array_elements(done.baseline) b
WHERE coalesce((b ->> 'mgmt_affecting')::boolean OR (b ->> 'service_affecting')::boolean,
    (b ->> 'mgmt_affecting')::boolean, (b ->> 'service_affecting')::boolean, true)
EXCEPT
SELECT done.target_id, n ->> 'alarm_id', n ->> 'entity' FROM done, jsonb_array_elements(done.new_alarms) n
"""
_SITES = f"SELECT DISTINCT target_id FROM ({_FRESH}) fresh"  # noqa: S608 # nothing but our own text
# One that has cleared again did stand, and stays noted. Who excused a site did not know of this one.
_NOTE = f"""
UPDATE operations_campaigntarget s SET new_alarms = s.new_alarms || fresh.told, excused_by = '', excuse = ''
FROM (
    SELECT target_id, jsonb_agg(jsonb_build_object('alarm_id', alarm_id, 'entity', entity) ORDER BY alarm_id, entity)
        AS told
    FROM ({_FRESH}) each GROUP BY target_id
) fresh
WHERE s.target_id = fresh.target_id
"""  # noqa: S608 # as above


def sites_with_new_alarms(operation_id: int, kind: Kind) -> list[int]:
    """Targets at which something has to be noted. One query, which reads a lot: ask before a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_SITES, _parameters(operation_id, kind, None))
        return [pk for (pk,) in cursor.fetchall()]


def note_new_alarms(operation_id: int, kind: Kind, targets: Sequence[int], now: datetime) -> None:
    """In the caller's transaction. Nothing is asked where there are no `targets`."""
    if not targets:
        return
    rows = CampaignTarget.objects.only("excused_by", "new_alarms")  # nothing large
    known = {row.pk: row for row in rows.filter(pk__in=targets).exclude(excused_by="")}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, _parameters(operation_id, kind, list(targets)))
    for row in rows.filter(pk__in=known, excused_by=""):
        _say_it_counts(row, known[row.pk], now)
    append(target_event(target, now) for target in Target.objects.filter(pk__in=targets))


def _say_it_counts(row: CampaignTarget, before: CampaignTarget, now: datetime) -> None:
    fresh = row.new_alarms[len(before.new_alarms) :]
    named = listed([f"{alarm['alarm_id']} at {alarm['entity']}" for alarm in fresh], 5)
    detail = {"reason": f"New since {before.excused_by} excused it: {named}."}
    audit(Actor(CAMPAIGN, "engine"), "campaign.excuse_over", f"target:{row.pk}", now, detail)


def _parameters(operation_id: int, kind: Kind, only: list[int] | None) -> dict[str, Any]:
    return {
        "operation": operation_id, "done": TargetState.COMPLETED, "facet": Facet.ALARMS,
        "own": sorted(OWN_ALARMS[kind]), "only": only, "count_for": COUNT_FOR, "cut": WHOLE_SECONDS,
    }  # fmt: skip
