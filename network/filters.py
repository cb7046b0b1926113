"""Filters of the port list."""

import django_filters
from django.db.models import QuerySet

from network.choices import LinkEvidence, LinkState
from network.models import Port
from sites.filters import OfCloudFilter, SearchFilter, WordsFilter


class PortFilter(OfCloudFilter):
    q = SearchFilter(field_name="cloud__search", label="Words of the cloud: name, location, region, host, address")
    link_state = django_filters.MultipleChoiceFilter(choices=LinkState)
    link_evidence = django_filters.MultipleChoiceFilter(choices=LinkEvidence)
    hostname = WordsFilter(field_name="host__hostname")
    driver = WordsFilter(field_name="driver")
    device = WordsFilter(field_name="device")
    ifclass = WordsFilter(field_name="interface__ifclass")
    data_network = django_filters.CharFilter(field_name="interface__data_networks", method="filter_listed")
    network_type = django_filters.CharFilter(field_name="interface__roles", method="filter_listed")

    class Meta:
        model = Port
        fields: list[str] = []

    def filter_listed(self, queryset: QuerySet[Port], name: str, value: str) -> QuerySet[Port]:
        return queryset.filter(**{f"{name}__contains": [value]})
