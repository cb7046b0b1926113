"""REST: subclouds and their groups."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields import BooleanField
from drf_spectacular.utils import extend_schema

from sites.access import Scopes
from sites.api.schemas import GroupSchema, SubcloudListSchema, SubcloudSchema
from sites.choices import CENTRAL_PERIODS, Contact, Facet
from sites.expressions import objects, observed, severity_words, stale
from sites.filters import CloudFilter, GroupFilter
from sites.freshness import TOLD_BY_DCMANAGER, current, is_central
from sites.listing import ScopedList, ScopedObject
from sites.models import Cloud, FacetState, Release, SubcloudGroup
from sites.selectors import CLOUD_SORTS, groups, subclouds


def facets(now: datetime) -> Any:
    """[{"facet", "observed_at", "attempted_at", "source", "error", "stale"}] of the cloud."""
    limits = [When(facet=facet, observed_at__range=current(facet, now), then=Value(False)) for facet in Facet]
    rows = FacetState.objects.filter(cloud=OuterRef("pk")).order_by("facet")
    lost = When(~Q(facet__in=TOLD_BY_DCMANAGER), cloud__contact=Contact.UNREACHABLE, then=Value(True))
    central = [
        When(
            is_central("cloud_id") & Q(facet=facet) & ~Q(observed_at__range=current(facet, now, central=True)),
            then=Value(True),
        )
        for facet in CENTRAL_PERIODS
    ]
    is_old = Case(lost, *central, *limits, default=Value(True), output_field=BooleanField())
    return objects(rows, "facet", "observed_at", "attempted_at", "source", "error", stale=is_old)


def list_columns(now: datetime) -> dict[str, Any]:
    same = "id name region location description software_version management_state availability_status deploy_status"
    more = "sync_status system_mode contact critical_alarms major_alarms minor_alarms warning_alarms ceph_status"
    last = "ceph_source nic_status ports_up ports_down ports_unknown hosts_total hosts_ok latitude longitude oam_ip"
    backup = "backup_status backup_at"
    return {
        **{name: name for name in f"{same} {more} {last} {backup}".split()},
        "dcmanager_id": "dcmanager_id",
        "region_name": "region_name",
        "controller": "controller_id",
        "controller_name": "controller__name",
        "group": "group_id",
        "group_name": "group__name",
        "severity": severity_words(),
        "stale": stale(now),
        "observed_at": observed(Facet.SUBCLOUD),
        "dcmanager_stale": stale(now, facet=Facet.SUBCLOUD),
        "alarms_observed_at": observed(Facet.ALARMS),
    }


def detail_columns(now: datetime) -> dict[str, Any]:
    more = (
        "endpoint_sync error_description prestage_status prestage_versions management_subnet "
        "management_start_ip management_end_ip management_gateway_ip peer_group_id upstream_created_at "
        "upstream_updated_at system_name system_type timezone placed_by_hand region_by_hand contact_changed_at "
        "contact_error created_at"
    )
    releases = Release.objects.filter(cloud=OuterRef("pk")).order_by("-release_id")
    return {
        **list_columns(now),
        **{name: name for name in more.split()},
        "releases": objects(releases, "release_id", "state", "sw_version", "reboot_required"),
        "facets": facets(now),
    }


@extend_schema(summary="Subclouds in your scope", tags=["subclouds"])
class Subclouds(ScopedList):
    serializer_class = SubcloudListSchema
    filterset_class = CloudFilter
    sorts = CLOUD_SORTS
    default_sort = "name"

    def rows(self, scopes: Scopes) -> QuerySet[Cloud]:
        return subclouds(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return list_columns(now)


@extend_schema(summary="One subcloud, with the age of each facet", tags=["subclouds"])
class Subcloud(ScopedObject):
    serializer_class = SubcloudSchema

    def rows(self, scopes: Scopes) -> QuerySet[Cloud]:
        return subclouds(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return detail_columns(now)


@extend_schema(summary="Subcloud groups in your scope", tags=["subcloud-groups"])
class Groups(ScopedList):
    serializer_class = GroupSchema
    filterset_class = GroupFilter
    sorts = {"name": ("name", "id"), "id": ("id",)}
    default_sort = "name"

    def rows(self, scopes: Scopes) -> QuerySet[SubcloudGroup]:
        return groups(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        same = "id dcmanager_id name description update_apply_type max_parallel_subclouds observed_at"
        return {**{name: name for name in same.split()}, "controller": "controller_id"}


@extend_schema(summary="One subcloud group", tags=["subcloud-groups"])
class Group(ScopedObject):
    serializer_class = GroupSchema

    def rows(self, scopes: Scopes) -> QuerySet[SubcloudGroup]:
        return groups(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return Groups.columns(Groups(), now)
