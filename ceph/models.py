"""Storage of a cloud: one row for its Ceph, with OSDs and monitors beside it."""

from django.db import models

from ceph.choices import CephSource, Flavour
from sites.choices import Badge
from sites.models import Cloud


class CephCluster(models.Model):
    """What is known of a cloud's Ceph. `status` is what map and list wear; `source` and `detail` say why."""

    cloud = models.OneToOneField(Cloud, models.CASCADE, related_name="ceph")
    flavour = models.CharField(max_length=16, choices=Flavour, default=Flavour.UNKNOWN, blank=True)
    backend_name = models.CharField(max_length=64, blank=True)
    backend_state = models.CharField(max_length=64, blank=True)
    backend_task = models.CharField(max_length=255, blank=True)
    replication = models.IntegerField(null=True)
    min_replication = models.IntegerField(null=True)
    deployment_model = models.CharField(max_length=64, blank=True)
    fsid = models.CharField(max_length=64, blank=True)
    # measured: CephCluster resource (Rook only)
    health = models.CharField(max_length=32, blank=True)  # HEALTH_OK, HEALTH_WARN, HEALTH_ERR, or a word we do not know
    health_checks = models.JSONField(default=dict)  # {CHECK: {"severity", "message"}}
    health_checked_at = models.DateTimeField(null=True)  # Ceph's own lastChecked
    bytes_total = models.BigIntegerField(null=True)
    bytes_used = models.BigIntegerField(null=True)
    bytes_available = models.BigIntegerField(null=True)
    # derived
    status = models.CharField(max_length=8, choices=Badge, default=Badge.UNKNOWN)
    source = models.CharField(max_length=16, choices=CephSource, default=CephSource.NONE, blank=True)
    detail = models.CharField(max_length=255, blank=True)
    changed_at = models.DateTimeField()


class Osd(models.Model):
    """sysinv's istor of function osd: the configuration. It runs or not: known only where a check or alarm names it."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="osds")
    uuid = models.CharField(max_length=64)
    osd_id = models.IntegerField(null=True)
    hostname = models.CharField(max_length=255, blank=True)
    function = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=64, blank=True)  # configured, configuring, …
    tier_name = models.CharField(max_length=64, blank=True)
    disk_uuid = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["cloud_id", "osd_id"]
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="osd_unique")]


class Monitor(models.Model):
    """sysinv's ceph_mon."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="ceph_monitors")
    uuid = models.CharField(max_length=64)
    hostname = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=64, blank=True)
    size_gib = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="monitor_unique")]
