"""REST: servers of the fleet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from hosts.filters import HostFilter
from hosts.models import Disk, Host
from hosts.selectors import hosts
from sites.access import Scopes
from sites.api.schemas import PLACED, PlacedSchema
from sites.choices import Facet
from sites.expressions import objects, observed, placed, stale
from sites.listing import Scoped, ScopedList, ScopedObject


class DiskSchema(serializers.ModelSerializer[Disk]):
    class Meta:
        model = Disk
        fields = ["uuid", "device_node", "device_type", "size_mib", "available_mib", "model", "serial_id"]


class HostSchema(PlacedSchema, serializers.ModelSerializer[Host]):
    """Describes a row for the schema."""

    observed_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField()

    class Meta:
        model = Host
        fields = [
            "id", *PLACED, "uuid", "hostname", "personality", "subfunctions", "administrative",
            "operational", "availability", "status", "active_controller", "task", "uptime_seconds", "config_status",
            "software_version", "management_ip", "bmc_ip", "bmc_type", "clock_synchronization", "install_state",
            "reboot_needed", "peer_group", "changed_at", "observed_at", "stale",
        ]  # fmt: skip


class HostWithDisksSchema(HostSchema):
    disks = DiskSchema(many=True)

    class Meta(HostSchema.Meta):
        fields = [*HostSchema.Meta.fields, "disks"]


class HostRows(Scoped):
    serializer_class: type[HostSchema] = HostSchema

    def rows(self, scopes: Scopes) -> QuerySet[Host]:
        return hosts(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return {name: name for name in HostSchema.Meta.fields} | {
            **placed(),
            "observed_at": observed(Facet.HOSTS, "cloud_id"),
            "stale": stale(now, "cloud_id", Facet.HOSTS),
        }


@extend_schema(summary="Hosts in your scope", tags=["hosts"])
class Hosts(HostRows, ScopedList):
    filterset_class = HostFilter
    sorts = {
        "hostname": ("hostname", "id"),
        "subcloud": ("cloud__name", "hostname", "id"),
        "status": ("status", "hostname", "id"),
        "id": ("id",),
    }
    default_sort = "subcloud"


@extend_schema(summary="One host with its disks", tags=["hosts"])
class OneHost(HostRows, ScopedObject):
    serializer_class = HostWithDisksSchema

    def columns(self, now: datetime) -> Mapping[str, Any]:
        disks = Disk.objects.filter(host=OuterRef("pk")).order_by("device_node")
        return {**super().columns(now), "disks": objects(disks, *DiskSchema.Meta.fields)}
