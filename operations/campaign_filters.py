"""Filters of the list of a campaign's sites, for HTML and REST alike; over campaign_reads.sites()."""

import django_filters
from django.db.models import Q, QuerySet

from operations.filters import TargetFilter
from operations.models import Target
from operations.standings import Standing
from sites.filters import FlagFilter, IdsFilter, WordsFilter


class ReasonFilter(WordsFilter):
    """Sites against which one of these reasons stands, by its key."""

    def filter(self, qs: QuerySet[Target], value: list[str] | None) -> QuerySet[Target]:  # type: ignore[override]
        found = Q()
        for key in value or ():
            found |= Q(in_campaign__reasons__contains=[{"key": key}])
        return qs.filter(found)


class NewAlarmsFilter(FlagFilter):
    """true: an alarm stood there after the work that did not before."""

    def filter(self, qs: QuerySet[Target], value: str | None) -> QuerySet[Target]:  # type: ignore[override]
        none = Q(in_campaign__new_alarms=[])
        return qs.filter(~none if value == "true" else none) if value else qs


class CampaignSiteFilter(TargetFilter):
    standing = django_filters.MultipleChoiceFilter(choices=Standing)
    wave = IdsFilter(field_name="wave", label="Number of a wave, 0 are the canaries")
    batch = IdsFilter(field_name="batch", label="Number of a batch")
    controller = IdsFilter(field_name="controller_id")
    region = WordsFilter(field_name="region")
    profile = WordsFilter(field_name="profile")
    new_alarms = NewAlarmsFilter(field_name="pk")
    reason = ReasonFilter(field_name="pk", label="Key of a reason that stands against it")

    class Meta:
        model = Target
        fields: list[str] = []
