"""Filters of the host list."""

import django_filters

from hosts.choices import HostStatus
from hosts.models import Host
from sites.choices import Facet
from sites.filters import OfCloudFilter, SearchFilter, StaleFilter, WordsFilter


class HostFilter(OfCloudFilter):
    q = SearchFilter(field_name="cloud__search", label="Words of the cloud: name, location, region, host, address")
    stale = StaleFilter(field_name="cloud_id", facet=Facet.HOSTS, label="As the field stale says")
    hostname = WordsFilter(field_name="hostname")
    status = django_filters.MultipleChoiceFilter(choices=HostStatus)
    personality = WordsFilter(field_name="personality")
    administrative = WordsFilter(field_name="administrative")
    operational = WordsFilter(field_name="operational")
    availability = WordsFilter(field_name="availability")
    release = WordsFilter(field_name="software_version")

    class Meta:
        model = Host
        fields: list[str] = []
