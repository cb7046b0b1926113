"""What a cloud's own sysinv says of it: name, kind, time zone, position (T2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from events.kinds import Kind
from events.log import NewEvent, append
from sites.bounded import bounded
from sites.choices import CloudKind, Facet
from sites.geo import Box, position, region_of
from sites.ingest.facets import Look, admit
from sites.models import Cloud, RegionBox
from sites.places import Place, cloud_event, moved, places
from sites.staging import quiet_commit
from starlingx.records import System

SOURCE = "sysinv"
TOLD = ("system_name", "system_mode", "software_version", "location", "latitude", "longitude", "region")


@dataclass(frozen=True, slots=True)
class ManagementNetwork:
    """Of a central cloud, and the range of it that its own hosts use; of dual stack "v4,v6"."""

    subnet: str
    start_ip: str
    end_ip: str


@dataclass(frozen=True, slots=True)
class SystemSnapshot:
    """sysinv's isystem of one cloud."""

    cloud_id: int
    requested_at: datetime
    system: System
    management: ManagementNetwork | None = None  # of central clouds: subclouds' is told by dcmanager


def record_systems(batch: Sequence[SystemSnapshot], *, lease_token: int, now: datetime) -> None:
    """Names and positions. A position or region that people set by hand stays; an unusable position changes nothing."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = admit(Facet.SYSTEM, looks, source=SOURCE, lease_token=lease_token, now=now).clouds
        boxes = region_boxes()
        changes: dict[int, dict[str, Any]] = {}
        before: dict[int, Cloud] = {}
        for cloud in Cloud.objects.filter(pk__in=admitted).defer("search").order_by("pk"):
            fields = _fields(cloud, latest[cloud.pk].system, boxes) | _network(latest[cloud.pk].management)
            changed = {name: value for name, value in fields.items() if getattr(cloud, name) != value}
            if changed:
                Cloud.objects.filter(pk=cloud.pk).update(**changed)
                changes[cloud.pk] = {name: value for name, value in changed.items() if name in TOLD}
                before[cloud.pk] = cloud
        found = places(pk for pk, fields in changes.items() if fields)
        events = [event for pk, place in found.items() for event in _events(before[pk], place, changes[pk], now)]
        if events:
            append(events)


def _events(before: Cloud, place: Place, fields: dict[str, Any], now: datetime) -> list[NewEvent]:
    old = place._replace(region=before.region if before.kind == CloudKind.SUBCLOUD else "")
    return [*moved(old, place, before.name, now), cloud_event(place, Kind.CLOUD_CHANGED, now, {"fields": fields})]


def region_boxes() -> list[Box]:
    """All boxes of all regions. One query."""
    rows = RegionBox.objects.values_list("region__name", "region__order", "south", "west", "north", "east")
    return [Box(*row) for row in rows]


def _network(management: ManagementNetwork | None) -> dict[str, Any]:
    if management is None:
        return {}
    named = {"subnet": management.subnet, "start_ip": management.start_ip, "end_ip": management.end_ip}
    return {f"management_{name}": bounded(text, 64) for name, text in named.items()}


def _fields(cloud: Cloud, system: System, boxes: Sequence[Box]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "system_name": bounded(system.name, 255),
        "system_type": bounded(system.system_type, 64),
        "system_mode": bounded(system.system_mode, 64),
        "timezone": bounded(system.timezone, 64),
    }
    where = None if cloud.latitude is None or cloud.longitude is None else (cloud.latitude, cloud.longitude)
    if not cloud.placed_by_hand and (told := position(system.latitude, system.longitude)) is not None:
        where = told
        fields["latitude"], fields["longitude"] = told
    if not cloud.region_by_hand:
        fields["region"] = region_of(where, boxes)
    if cloud.kind == CloudKind.CENTRAL:  # nobody else tells these of a central cloud
        fields["software_version"] = bounded(system.software_version, 64)
        fields["location"] = bounded(system.location, 255)
        fields["description"] = bounded(system.description, 255)
    return fields
