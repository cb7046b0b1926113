"""REST: Ceph of the fleet, one object per cloud whose storage was read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from ceph.filters import CephFilter
from ceph.models import CephCluster, Monitor, Osd
from ceph.selectors import clusters
from sites.access import Scopes
from sites.api.schemas import PLACED, PlacedSchema
from sites.choices import Facet
from sites.expressions import objects, observed, placed, stale
from sites.listing import Scoped, ScopedList, ScopedObject


class OsdSchema(serializers.ModelSerializer[Osd]):
    class Meta:
        model = Osd
        fields = ["osd_id", "hostname", "state", "tier_name", "disk_uuid"]


class MonitorSchema(serializers.ModelSerializer[Monitor]):
    class Meta:
        model = Monitor
        fields = ["hostname", "state", "size_gib"]


class CephSchema(PlacedSchema, serializers.ModelSerializer[CephCluster]):
    """Describes a row for the schema."""

    storage_observed_at = serializers.DateTimeField(allow_null=True)
    measured_at = serializers.DateTimeField(allow_null=True, help_text="When the CephCluster resource was last read")
    alarms_observed_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField(help_text="The alarms of this cloud are not current")
    osds = OsdSchema(many=True)
    monitors = MonitorSchema(many=True)

    class Meta:
        model = CephCluster
        fields = [
            "id", *PLACED, "flavour", "status", "source", "detail", "health", "health_checks",
            "health_checked_at", "bytes_total", "bytes_used", "bytes_available", "backend_name", "backend_state",
            "backend_task", "replication", "min_replication", "deployment_model", "fsid", "changed_at",
            "storage_observed_at", "measured_at", "alarms_observed_at", "stale", "osds", "monitors",
        ]  # fmt: skip


class CephRows(Scoped):
    serializer_class = CephSchema

    def rows(self, scopes: Scopes) -> QuerySet[CephCluster]:
        return clusters(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        of_cloud = {"cloud_id": OuterRef("cloud_id")}
        return {name: name for name in CephSchema.Meta.fields} | {
            **placed(),
            "storage_observed_at": observed(Facet.STORAGE, "cloud_id"),
            "measured_at": observed(Facet.CEPH_HEALTH, "cloud_id"),
            "alarms_observed_at": observed(Facet.ALARMS, "cloud_id"),
            "stale": stale(now, "cloud_id"),
            "osds": objects(Osd.objects.filter(**of_cloud).order_by("osd_id", "id"), *OsdSchema.Meta.fields),
            "monitors": objects(Monitor.objects.filter(**of_cloud).order_by("hostname"), *MonitorSchema.Meta.fields),
        }


@extend_schema(summary="Ceph of the clouds in your scope", tags=["ceph"])
class CephClusters(CephRows, ScopedList):
    filterset_class = CephFilter
    sorts = {"subcloud": ("cloud__name", "id"), "status": ("status", "cloud__name", "id"), "id": ("id",)}
    default_sort = "subcloud"


@extend_schema(summary="Ceph of one cloud", tags=["ceph"])
class OneCephCluster(CephRows, ScopedObject):
    pass
