"""What a row of an answer looks like, for the schema. PostgreSQL writes the rows; these are never run."""

from typing import Any

from rest_framework import serializers as s

from sites.choices import CloudKind, NicStatus

SEVERITIES = ["critical", "major", "minor", "warning", "indeterminate", "cleared"]
BADGES = ["ok", "warn", "error", "none", "unknown"]


class FacetSchema(s.Serializer[dict[str, object]]):
    facet = s.CharField()
    observed_at = s.DateTimeField(allow_null=True, help_text="When it was last read whole; null: never")
    attempted_at = s.DateTimeField(allow_null=True)
    source = s.CharField()  # type: ignore[assignment] # DRF's fields have an attribute of that name
    error = s.CharField(help_text="Why the last try failed; empty where it did not")
    stale = s.BooleanField(help_text="Older than three of its periods")


class PlacedSchema(s.Serializer[Any]):
    """What expressions.placed() tells."""

    cloud = s.IntegerField(help_text="id of the cloud, central or not")
    cloud_kind = s.ChoiceField(CloudKind.choices)
    cloud_name = s.CharField()
    subcloud = s.IntegerField(
        allow_null=True, help_text="id under /subclouds/; null on a System Controller's own cloud"
    )
    subcloud_name = s.CharField(allow_null=True)
    controller = s.IntegerField(help_text="id under /controllers/")
    controller_name = s.CharField()


PLACED = list(PlacedSchema().fields)


class ReleaseSchema(s.Serializer[dict[str, object]]):
    release_id = s.CharField()
    state = s.CharField()
    sw_version = s.CharField()
    reboot_required = s.BooleanField(allow_null=True)


class CloudSchema(s.Serializer[dict[str, object]]):
    """What is told of a subcloud and of a System Controller's own cloud alike."""

    id = s.IntegerField(
        help_text="The portal's own id, unique over all controllers; ?cloud= of alarms, hosts, ports, ceph"
    )
    name = s.CharField()
    region = s.CharField(help_text="Part of the world")
    software_version = s.CharField()
    system_mode = s.CharField()
    contact = s.ChoiceField(["reachable", "unreachable", "unknown"], help_text="Whether the portal reached it itself")
    critical_alarms = s.IntegerField(allow_null=True)
    major_alarms = s.IntegerField(allow_null=True)
    minor_alarms = s.IntegerField(allow_null=True)
    warning_alarms = s.IntegerField(allow_null=True)
    ceph_status = s.ChoiceField(BADGES)
    ceph_source = s.CharField(help_text="measured, alarm, backend, inferred or empty")
    nic_status = s.ChoiceField(
        NicStatus.values,
        help_text="Of ports in use. partly: some are up, none is known to be down, the rest unknown",
    )
    ports_up = s.IntegerField(allow_null=True)
    ports_down = s.IntegerField(allow_null=True)
    ports_unknown = s.IntegerField(allow_null=True)
    hosts_total = s.IntegerField(allow_null=True)
    hosts_ok = s.IntegerField(allow_null=True)
    latitude = s.FloatField(allow_null=True, help_text="Degrees, WGS 84")
    longitude = s.FloatField(allow_null=True)
    severity = s.ChoiceField(SEVERITIES)
    stale = s.BooleanField(help_text="Its alarms are older than three periods, or were never read")
    alarms_observed_at = s.DateTimeField(allow_null=True, help_text="Age of severity and alarm counts")


class SubcloudListSchema(CloudSchema):
    location = s.CharField()
    description = s.CharField()
    management_state = s.CharField(help_text="StarlingX's word")
    availability_status = s.CharField(help_text="StarlingX's word")
    deploy_status = s.CharField(help_text="StarlingX's word")
    sync_status = s.CharField(help_text="Worst of the endpoints' words")
    oam_ip = s.CharField()
    backup_status = s.CharField(help_text="dcmanager's word on its last backup; empty: it never said")
    backup_at = s.DateTimeField(allow_null=True, help_text="When its last good backup was made")
    dcmanager_id = s.IntegerField(help_text="dcmanager's id, unique on its controller only")
    region_name = s.CharField(help_text="StarlingX's region name of the subcloud")
    controller = s.IntegerField()
    controller_name = s.CharField()
    group = s.IntegerField(allow_null=True)
    group_name = s.CharField(allow_null=True)
    observed_at = s.DateTimeField(allow_null=True, help_text="Age of dcmanager's words")
    dcmanager_stale = s.BooleanField(help_text="dcmanager's words are older than three periods, or were never read")


class SubcloudSchema(SubcloudListSchema):
    endpoint_sync = s.DictField(child=s.CharField())
    error_description = s.CharField()
    prestage_status = s.CharField()
    prestage_versions = s.CharField()
    management_subnet = s.CharField()
    management_start_ip = s.CharField()
    management_end_ip = s.CharField()
    management_gateway_ip = s.CharField()
    peer_group_id = s.IntegerField(allow_null=True)
    upstream_created_at = s.DateTimeField(allow_null=True)
    upstream_updated_at = s.DateTimeField(allow_null=True)
    system_name = s.CharField()
    system_type = s.CharField()
    timezone = s.CharField()
    placed_by_hand = s.BooleanField()
    region_by_hand = s.BooleanField()
    contact_changed_at = s.DateTimeField(allow_null=True)
    contact_error = s.CharField()
    created_at = s.DateTimeField()
    releases = ReleaseSchema(many=True)
    facets = FacetSchema(many=True)


class GroupSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    dcmanager_id = s.IntegerField()
    name = s.CharField()
    description = s.CharField()
    update_apply_type = s.CharField()
    max_parallel_subclouds = s.IntegerField(allow_null=True)
    observed_at = s.DateTimeField()
    controller = s.IntegerField()
