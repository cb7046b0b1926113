"""Reads about servers. Every one takes scopes, or a cloud that was read within them."""

from typing import Any

from django.db.models import QuerySet

from hosts.models import Disk, Host
from sites.access import Scopes
from sites.expressions import listed

PANEL_COLUMNS = [
    "id", "uuid", "hostname", "personality", "subfunctions", "administrative", "operational", "availability", "status",
    "active_controller", "task", "uptime_seconds", "config_status", "software_version", "bmc_ip", "bmc_type",
    "management_ip", "clock_synchronization", "reboot_needed",
]  # fmt: skip


def hosts(scopes: Scopes) -> QuerySet[Host]:
    return Host.objects.filter(scopes.clouds("cloud__"), cloud__removed_at=None)


def hosts_of(cloud_id: int) -> list[dict[str, Any]]:
    """Hosts of one cloud with their disks, by name. One query. The caller has read the cloud within its scopes."""
    disk_rows = listed(Disk, "host", ("device_node", "device_type", "size_mib", "model", "serial_id"), "device_node")
    rows = Host.objects.filter(cloud_id=cloud_id).order_by("hostname", "id")
    return list(rows.values(*PANEL_COLUMNS, disk_rows=disk_rows))
