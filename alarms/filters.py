"""Filters of the alarm list, for HTML and REST alike."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema_field

from alarms.models import Alarm
from sites.filters import (
    NOTHING_SET,
    FlagFilter,
    MomentFilter,
    OfCloudFilter,
    SearchFilter,
    SeverityFilter,
    WordsFilter,
)

STATES = [("standing", "standing"), ("cleared", "cleared"), ("all", "standing and cleared")]


@extend_schema_field({"type": "string", "enum": ["true", "false", NOTHING_SET]})
class MaybeFlagFilter(FlagFilter):
    """true, false, or `-` where it was never said."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.extra["choices"] = [*self.extra["choices"], (NOTHING_SET, "not said")]

    def filter(self, qs: QuerySet[Model], value: str | None) -> QuerySet[Model]:
        return qs.filter(**{f"{self.field_name}__isnull": True}) if value == NOTHING_SET else super().filter(qs, value)


class AlarmFilter(OfCloudFilter):
    """Without `state` only what stands; suppressed alarms only where they are asked for."""

    filters_unasked = True  # also where no parameter is given (sites/listing.py)

    q = SearchFilter(field_name="search", label="Words in alarm ID, entity and reason")
    severity = SeverityFilter(field_name="severity")
    alarm_id = WordsFilter(field_name="alarm_id")
    alarm_type = WordsFilter(field_name="alarm_type")
    state = django_filters.ChoiceFilter(choices=STATES, method="filter_state", empty_label=None)
    suppressed = FlagFilter(field_name="suppressed", label="Suppressed at the site")
    management_affecting = MaybeFlagFilter(field_name="management_affecting", label="Blocks software strategies")
    service_affecting = MaybeFlagFilter(field_name="service_affecting")
    raised_after = MomentFilter(field_name="raised_at", lookup_expr="gte")
    raised_before = MomentFilter(field_name="raised_at", lookup_expr="lt")

    queryset: QuerySet[Alarm]

    class Meta:
        model = Alarm
        fields: list[str] = []

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if not self.data.get("state"):
            self.queryset = self.queryset.filter(cleared_at=None)
        if not self.data.get("suppressed"):
            self.queryset = self.queryset.filter(suppressed=False)

    def filter_state(self, queryset: QuerySet[Alarm], name: str, value: str) -> QuerySet[Alarm]:
        match value:
            case "cleared":
                return queryset.exclude(cleared_at=None)
            case "standing":
                return queryset.filter(cleared_at=None)
        return queryset
