"""Filters of the Ceph list."""

import django_filters

from ceph.choices import CephSource, Flavour
from ceph.models import CephCluster
from sites.choices import Badge
from sites.filters import OfCloudFilter, SearchFilter, WordsFilter


class CephFilter(OfCloudFilter):
    q = SearchFilter(field_name="cloud__search", label="Words of the cloud: name, location, region, host, address")
    status = django_filters.MultipleChoiceFilter(choices=Badge)
    source = django_filters.MultipleChoiceFilter(choices=CephSource)
    flavour = django_filters.MultipleChoiceFilter(choices=Flavour)
    health = WordsFilter(field_name="health")
    backend_state = WordsFilter(field_name="backend_state")

    class Meta:
        model = CephCluster
        fields: list[str] = []
