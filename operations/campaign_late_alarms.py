"""Alarms of sites whose alarms nobody read when they were checked, out of the history that the collector keeps: a site
whose step failed is not checked, and its alarms are what the board wants to see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from alarms.models import Alarm
from operations.campaigns.baseline import new_alarms
from operations.campaigns.facts import AlarmFact, AlarmKey
from operations.campaigns.strategy import Kind
from operations.models import Campaign
from sites.choices import Facet
from sites.models import FacetState

Stood = tuple[AlarmKey, ...]


def late_alarms(campaign: Campaign, rows: Sequence[Mapping[str, Any]]) -> dict[int, tuple[Stood, Stood | None]]:
    """{target: (what stood at its end, what of it was new)}, of those whose alarms were read since. New is None where
    it is not known what stood before. Two queries, none without rows."""
    ended = {row["pk"]: row["ended_at"] for row in rows if row["cloud_id"] is not None}
    if not ended:
        return {}
    read = _read_at([row["cloud_id"] for row in rows if row["cloud_id"] is not None])
    known = [row for row in rows if row["cloud_id"] in read and read[row["cloud_id"]] >= row["ended_at"]]
    stood = _stood([row["pk"] for row in known])
    kind = Kind(campaign.strategy)
    found: dict[int, tuple[Stood, Stood | None]] = {}
    for row in known:
        alarms = stood.get(row["pk"], [])
        before = row["in_campaign__baseline"]
        new = None if before is None else new_alarms([_fact(told) for told in before], alarms, kind)
        found[row["pk"]] = tuple(sorted(alarm.key for alarm in alarms)), new
    return found


def _read_at(clouds: Sequence[int]) -> dict[int, datetime]:
    rows = FacetState.objects.filter(cloud__in=clouds, facet=Facet.ALARMS, observed_at__isnull=False)
    return {pk: at for pk, at in rows.values_list("cloud_id", "observed_at") if at is not None}


def _stood(targets: Sequence[int]) -> dict[int, list[AlarmFact]]:
    """By target: what stood when it ended."""
    end = F("cloud__targets__ended_at")
    rows: Any = Alarm.objects.filter(cloud__targets__in=targets, raised_at__lte=end)
    rows = rows.filter(Q(cleared_at=None) | Q(cleared_at__gt=end)).order_by()
    columns = ("alarm_id", "entity_instance_id", "management_affecting", "service_affecting")
    found: dict[int, list[AlarmFact]] = {}
    for pk, alarm_id, entity, management, service in rows.values_list("cloud__targets", *columns):
        fact = AlarmFact(AlarmKey(alarm_id, entity), "", management, service)
        found.setdefault(pk, []).append(fact)
    return found


def _fact(told: Mapping[str, Any]) -> AlarmFact:
    key = AlarmKey(told.get("alarm_id", ""), told.get("entity", ""))
    return AlarmFact(key, told.get("severity", ""), told.get("mgmt_affecting"), told.get("service_affecting"))
