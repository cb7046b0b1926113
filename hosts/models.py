"""Servers of a cloud, as sysinv describes them."""

from django.db import models

from hosts.choices import HostStatus
from sites.models import Cloud


class Host(models.Model):
    """sysinv's ihost. The three X.731 states are sysinv's own words; `status` is what they add up to."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="hosts")
    uuid = models.CharField(max_length=64)
    hostname = models.CharField(max_length=255)
    personality = models.CharField(max_length=64, blank=True)
    subfunctions = models.CharField(max_length=255, blank=True)
    administrative = models.CharField(max_length=64, blank=True)
    operational = models.CharField(max_length=64, blank=True)
    availability = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=HostStatus, default=HostStatus.UNKNOWN)
    active_controller = models.BooleanField(null=True)  # capabilities.Personality
    task = models.CharField(max_length=255, blank=True)
    uptime_seconds = models.BigIntegerField(null=True)
    config_status = models.CharField(max_length=64, blank=True)
    software_version = models.CharField(max_length=64, blank=True)
    management_ip = models.CharField(max_length=64, blank=True)
    bmc_ip = models.CharField(max_length=64, blank=True)
    bmc_type = models.CharField(max_length=32, blank=True)
    clock_synchronization = models.CharField(max_length=32, blank=True)
    install_state = models.CharField(max_length=64, blank=True)
    reboot_needed = models.BooleanField(null=True)
    peer_group = models.CharField(max_length=64, blank=True)  # storage replication group, e.g. group-0
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["cloud_id", "hostname"]
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="host_unique")]
        indexes = [models.Index(fields=["hostname", "id"], name="host_by_name")]

    def __str__(self) -> str:
        return self.hostname


class Disk(models.Model):
    """sysinv's idisk."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="disks")
    host = models.ForeignKey(Host, models.CASCADE, related_name="disks")
    uuid = models.CharField(max_length=64)
    device_node = models.CharField(max_length=255, blank=True)
    device_type = models.CharField(max_length=32, blank=True)
    size_mib = models.BigIntegerField(null=True)
    available_mib = models.BigIntegerField(null=True)
    serial_id = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="disk_unique")]
