"""REST: alarms of the fleet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from alarms.filters import AlarmFilter
from alarms.models import Alarm
from alarms.selectors import alarms
from sites.access import Scopes
from sites.api.schemas import PLACED, PlacedSchema
from sites.choices import Facet
from sites.expressions import observed, placed, severity_words, stale
from sites.listing import Scoped, ScopedList, ScopedObject

SORTS = {
    "severity": ("severity", "-raised_at", "-id"),
    "raised": ("raised_at", "id"),
    "alarm_id": ("alarm_id", "-raised_at", "-id"),
    "subcloud": ("cloud__name", "-severity", "-id"),
}


class AlarmSchema(PlacedSchema, serializers.ModelSerializer[Alarm]):
    """Describes a row for the schema."""

    severity = serializers.CharField(help_text="critical, major, minor, warning, or indeterminate with severity_word")
    observed_at = serializers.DateTimeField(allow_null=True, help_text="When this cloud's alarms were last read whole")
    stale = serializers.BooleanField()

    class Meta:
        model = Alarm
        fields = [
            "id", *PLACED, "alarm_id", "entity_instance_id", "entity_type_id",
            "severity", "severity_word", "reason_text", "alarm_type", "probable_cause", "proposed_repair_action",
            "service_affecting", "management_affecting", "degrade_affecting", "suppressed", "fm_uuid", "raised_at",
            "first_seen_at", "changed_at", "cleared_at", "observed_at", "stale",
        ]  # fmt: skip


class AlarmRows(Scoped):
    serializer_class = AlarmSchema

    def rows(self, scopes: Scopes) -> QuerySet[Alarm]:
        return alarms(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        own = {name: name for name in AlarmSchema.Meta.fields}
        return own | {
            **placed(),
            "severity": severity_words(),
            "observed_at": observed(Facet.ALARMS, "cloud_id"),
            "stale": stale(now, "cloud_id"),
        }


@extend_schema(summary="Alarms in your scope; ?state= for cleared ones", tags=["alarms"])
class Alarms(AlarmRows, ScopedList):
    filterset_class = AlarmFilter
    sorts = SORTS
    default_sort = "-severity"


@extend_schema(summary="One alarm, standing or cleared", tags=["alarms"])
class OneAlarm(AlarmRows, ScopedObject):
    pass
