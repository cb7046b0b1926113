"""REST: NIC ports of the fleet, with their link state and what says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from network.filters import PortFilter
from network.models import Port
from network.selectors import JOINED, ports
from sites.access import Scopes
from sites.api.schemas import PLACED, PlacedSchema
from sites.choices import Facet
from sites.expressions import observed, placed, stale
from sites.listing import Scoped, ScopedList, ScopedObject


class PortSchema(PlacedSchema, serializers.ModelSerializer[Port]):
    """Describes a row for the schema."""

    host = serializers.IntegerField()
    hostname = serializers.CharField()
    ifname = serializers.CharField(allow_null=True)
    ifclass = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField(), allow_null=True, help_text="Platform networks")
    data_networks = serializers.ListField(child=serializers.CharField(), allow_null=True)
    observed_at = serializers.DateTimeField(allow_null=True, help_text="When the ports were last read")
    alarms_observed_at = serializers.DateTimeField(allow_null=True)
    measured_at = serializers.DateTimeField(allow_null=True, help_text="When the NIC exporter was last read")
    stale = serializers.BooleanField(help_text="The alarms of this cloud are not current")

    class Meta:
        model = Port
        fields = [
            "id", *PLACED, "host", "hostname", "uuid", "name", "pci_address", "vendor", "device",
            "driver", "mac", "mtu", "speed_mbps", "numa_node", "dpdk_support", "sriov_total_vfs",
            "sriov_configured_vfs", "sriov_vf_driver", "link_state", "link_evidence", "link_detail",
            "link_changed_at", "neighbour_system", "neighbour_port", "neighbour_seen_at", "ifname", "ifclass",
            "roles", "data_networks", "observed_at", "alarms_observed_at", "measured_at", "stale",
        ]  # fmt: skip


class PortRows(Scoped):
    serializer_class = PortSchema

    def rows(self, scopes: Scopes) -> QuerySet[Port]:
        return ports(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        own = {name: name for name in PortSchema.Meta.fields}
        return {
            **own,
            **JOINED,
            **placed(),
            "host": "host_id",
            "observed_at": observed(Facet.PORTS, "cloud_id"),
            "alarms_observed_at": observed(Facet.ALARMS, "cloud_id"),
            "measured_at": observed(Facet.NIC_LINKS, "cloud_id"),
            "stale": stale(now, "cloud_id"),
        }


@extend_schema(summary="NIC ports in your scope", tags=["ports"])
class Ports(PortRows, ScopedList):
    filterset_class = PortFilter
    sorts = {
        "subcloud": ("cloud__name", "host__hostname", "name", "id"),
        "link_state": ("link_state", "id"),
        "id": ("id",),
    }
    default_sort = "subcloud"


@extend_schema(summary="One NIC port", tags=["ports"])
class OnePort(PortRows, ScopedObject):
    pass
