"""Central clouds and subclouds, the groups they belong to, the regions they lie in."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sites.choices import Badge, CloudKind, Contact, NicStatus, Severity
from sites.models.controllers import Controller
from sites.search import search_column


class Region(models.Model):
    """A part of the world operators think in. StarlingX knows none: a cloud's region follows from its position."""

    name = models.CharField(max_length=64, unique=True)
    order = models.PositiveSmallIntegerField(default=100, help_text="Where boxes overlap, the lowest number wins")

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class RegionBox(models.Model):
    """Degrees, inclusive. A region may have several boxes; none may cross the 180th meridian (use two)."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="boxes")
    south = models.FloatField()
    west = models.FloatField()
    north = models.FloatField()
    east = models.FloatField()


class SubcloudGroup(models.Model):
    """dcmanager's subcloud group. Portal-made groups are never listed (design §6, home group)."""

    controller = models.ForeignKey(Controller, models.CASCADE, related_name="groups")
    dcmanager_id = models.IntegerField()
    name = models.CharField(max_length=255)
    description = models.CharField(max_length=255, blank=True)
    update_apply_type = models.CharField(max_length=32, blank=True)
    max_parallel_subclouds = models.IntegerField(null=True)
    portal_made = models.BooleanField(default=False, help_text="By a campaign; also when somebody renames it")
    upstream_created_at = models.DateTimeField(null=True)  # dcmanager may give an id anew
    observed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["controller_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "dcmanager_id"], condition=Q(removed_at=None), name="group_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Cloud(models.Model):
    """A central cloud or a subcloud; every observed fact points here.

    A subcloud is (controller, dcmanager_id) guarded by region_name: the same id with another region name is a new row,
    and the old one gets `removed_at`. StarlingX's status words are kept as they come. Alarm counts are null while
    unknown: dcmanager's -1 is never stored. `severity` and the counts come from the last complete alarm list (T1), or,
    before there was one, stay indeterminate. The management network of a central cloud is its own, told by sysinv, and
    its range what its own hosts use; dual stack as "v4,v6".
    """

    controller = models.ForeignKey(Controller, models.CASCADE, related_name="clouds", db_index=False)  # cloud_by_group
    kind = models.CharField(max_length=8, choices=CloudKind)
    dcmanager_id = models.IntegerField(null=True)
    region_name = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255)
    description = models.CharField(max_length=255, blank=True)
    location = models.CharField(max_length=255, blank=True)
    group = models.ForeignKey(SubcloudGroup, models.SET_NULL, null=True, related_name="clouds")  # the home group

    # dcmanager's words (T0)
    software_version = models.CharField(max_length=64, blank=True)
    management_state = models.CharField(max_length=64, blank=True)
    availability_status = models.CharField(max_length=64, blank=True)
    deploy_status = models.CharField(max_length=64, blank=True)
    sync_status = models.CharField(max_length=64, blank=True)  # our own aggregate of endpoint_sync
    endpoint_sync = models.JSONField(default=dict)  # {endpoint type: sync status}
    backup_status = models.CharField(max_length=64, blank=True)
    backup_at = models.DateTimeField(null=True)
    prestage_status = models.CharField(max_length=64, blank=True)
    prestage_versions = models.CharField(max_length=255, blank=True)
    error_description = models.CharField(max_length=2048, blank=True)
    management_subnet = models.CharField(max_length=64, blank=True)
    management_start_ip = models.CharField(max_length=64, blank=True)
    management_end_ip = models.CharField(max_length=64, blank=True)
    management_gateway_ip = models.CharField(max_length=64, blank=True)
    oam_ip = models.CharField(max_length=64, blank=True)
    bmc_address = models.CharField(max_length=255, blank=True)  # the BMC that dcmanager installs it through
    peer_group_id = models.IntegerField(null=True)
    upstream_created_at = models.DateTimeField(null=True)
    upstream_updated_at = models.DateTimeField(null=True)

    # its own sysinv's words (T2)
    system_name = models.CharField(max_length=255, blank=True)
    system_type = models.CharField(max_length=64, blank=True)
    system_mode = models.CharField(max_length=64, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    placed_by_hand = models.BooleanField(default=False)  # then sysinv's coordinates are not taken
    region = models.CharField(max_length=64, blank=True)  # Region.name; text, so that events can carry it
    region_by_hand = models.BooleanField(default=False)

    # derived, for map and list
    contact = models.CharField(max_length=16, choices=Contact, default=Contact.UNKNOWN)
    contact_changed_at = models.DateTimeField(null=True)
    contact_error = models.CharField(max_length=500, blank=True)  # why it is not reached; or what is odd though it is
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.INDETERMINATE)
    critical_alarms = models.IntegerField(null=True)
    major_alarms = models.IntegerField(null=True)
    minor_alarms = models.IntegerField(null=True)
    warning_alarms = models.IntegerField(null=True)
    ceph_status = models.CharField(max_length=8, choices=Badge, default=Badge.UNKNOWN)
    ceph_source = models.CharField(max_length=16, blank=True)  # measured, alarm, inferred, ""
    nic_status = models.CharField(max_length=8, choices=NicStatus, default=NicStatus.UNKNOWN)
    ports_up = models.IntegerField(null=True)
    ports_down = models.IntegerField(null=True)
    ports_unknown = models.IntegerField(null=True)
    hosts_total = models.IntegerField(null=True)
    hosts_ok = models.IntegerField(null=True)

    host_words = models.TextField(
        blank=True, default="", db_default=""
    )  # names and addresses of its hosts (hosts/ingest.py)

    search = search_column(
        "name", "location", "description", "system_name", "region", "software_version", "host_words",
        addresses=["oam_ip", "management_start_ip", "bmc_address"],
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "dcmanager_id"],
                condition=Q(removed_at=None, kind=CloudKind.SUBCLOUD),
                name="cloud_subcloud_unique",
            ),
            models.UniqueConstraint(
                fields=["controller"], condition=Q(removed_at=None, kind=CloudKind.CENTRAL), name="cloud_central_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], condition=Q(removed_at=None), name="cloud_by_name"),
            models.Index(fields=["-severity", "name", "id"], condition=Q(removed_at=None), name="cloud_worst_first"),
            models.Index(fields=["controller", "group"], name="cloud_by_group"),
            models.Index(fields=["region"], name="cloud_by_region"),
            GinIndex(fields=["search"], name="cloud_search"),
        ]

    def __str__(self) -> str:
        return self.name
