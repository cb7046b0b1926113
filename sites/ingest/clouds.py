"""Subclouds as dcmanager lists them: identity, status words, home group (T0)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from events.kinds import Kind
from events.log import NewEvent, append
from sites import spans
from sites.choices import DCMANAGER_SPANS, CloudKind, Facet
from sites.ingest.facets import Look, admit
from sites.ingest.groups import PORTAL_MADE
from sites.ingest.returning import revive
from sites.models import Cloud, SubcloudGroup
from sites.places import cloud_event, moved, places
from sites.staging import Staging, quiet_commit
from sites.sync import aggregate
from starlingx.records import Subcloud

SOURCE = "dcmanager"
UNMANAGED = "unmanaged"
BATCH = 500
# Column -> attribute of the record. What is told in events comes first.
TOLD = {
    "name": "name",
    "location": "location",
    "description": "description",
    "software_version": "software_version",
    "management_state": "management_state",
    "availability_status": "availability_status",
    "deploy_status": "deploy_status",
    "sync_status": "",
    "backup_status": "backup_status",
    "prestage_status": "prestage_status",
    "group_id": "",
}
UNTOLD = {
    "endpoint_sync": "",
    "backup_at": "backup_datetime",
    "prestage_versions": "prestage_versions",
    "error_description": "error_description",
    "management_subnet": "management_subnet",
    "management_start_ip": "management_start_ip",
    "management_end_ip": "management_end_ip",
    "management_gateway_ip": "management_gateway_ip",
    "bmc_address": "bmc_address",
    "peer_group_id": "peer_group_id",
    "upstream_created_at": "created_at",
    "upstream_updated_at": "updated_at",
}
STAGING = Staging(
    Cloud,
    ("controller_id", "dcmanager_id"),
    ("region_name", *TOLD, *UNTOLD),
    kept_if_null=("group_id",),
    now_on_insert=("created_at",),
    now_on_change=(),
    open_when="removed_at IS NULL AND kind = 'subcloud'",
    constants={"kind": CloudKind.SUBCLOUD.value},
)


class Forget(Protocol):
    def __call__(self, cloud_ids: frozenset[int], *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordedSubclouds:
    """What became of a list: cloud by dcmanager id, the clouds that went, and dcmanager ids whose group has no row:
    these keep the home they had."""

    clouds: dict[int, int]
    removed: frozenset[int]
    homeless: frozenset[int] = frozenset()


def record_subclouds(
    controller_id: int,
    subclouds: Sequence[Subcloud],
    *,
    changed: Iterable[int] | None = None,
    forget: Forget | None = None,
    requested_at: datetime,
    lease_token: int,
    now: datetime,
) -> RecordedSubclouds | None:
    """The complete list of a controller. None if it was dropped (older than the stored one, or under an old lease).

    `changed` are the dcmanager ids that the caller knows to differ from the list it had recorded before under the
    same lease; only these are compared with the stored rows. None: compare all. `forget` ends, in the transaction that
    removes clouds, what still stands at them in tables this app does not know.
    """
    central = ensure_central(controller_id)
    with transaction.atomic():
        look = Look(central, requested_at)
        if not admit(Facet.SUBCLOUD, [look], source=SOURCE, lease_token=lease_token, now=now).clouds:
            return None
        removed = _remove_gone(controller_id, subclouds, now)
        if forget is not None and removed:
            forget(removed, now=now)
    wanted = None if changed is None else set(changed)
    groups = _home_groups(controller_id)
    known = standing(controller_id)
    strangers = [subcloud for subcloud in subclouds if subcloud.id not in known]
    if strangers and revive(controller_id, strangers, now):
        known = standing(controller_id)
    for start in range(0, len(subclouds), BATCH):
        batch = subclouds[start : start + BATCH]
        differing = batch if wanted is None else [subcloud for subcloud in batch if subcloud.id in wanted]
        _record_batch(controller_id, batch, differing, groups, known, requested_at, lease_token, now)
    homeless = frozenset(s.id for s in subclouds if s.group_id is not None and s.group_id not in groups)
    return RecordedSubclouds(standing(controller_id), removed, homeless)


def standing(controller_id: int) -> dict[int, int]:
    """Cloud id by dcmanager id, of the subclouds that are there."""
    rows = Cloud.objects.filter(controller_id=controller_id, kind=CloudKind.SUBCLOUD, removed_at=None)
    return {number: pk for number, pk in rows.values_list("dcmanager_id", "pk") if number is not None}


def region_names(controller_id: int) -> dict[int, str]:
    """Region name by dcmanager id, of the subclouds that are there."""
    rows = Cloud.objects.filter(controller_id=controller_id, kind=CloudKind.SUBCLOUD, removed_at=None)
    return {number: name for number, name in rows.values_list("dcmanager_id", "region_name") if number is not None}


def unmanaged(controller_id: int) -> set[int]:
    """dcmanager ids of the subclouds that are there and that dcmanager does not manage: only such ones it removes."""
    rows = Cloud.objects.filter(controller_id=controller_id, kind=CloudKind.SUBCLOUD, removed_at=None)
    numbers = rows.filter(management_state=UNMANAGED).values_list("dcmanager_id", flat=True)
    return {number for number in numbers if number is not None}


def oam_ips(controller_id: int) -> dict[int, str]:
    """OAM address by cloud, where it was learned."""
    rows = Cloud.objects.filter(controller_id=controller_id, removed_at=None).exclude(oam_ip="")
    return dict(rows.values_list("pk", "oam_ip"))


def record_oam_ip(cloud_id: int, oam_ip: str) -> None:
    """The OAM address of one subcloud, which is not in dcmanager's list."""
    Cloud.objects.filter(pk=cloud_id).exclude(oam_ip=oam_ip).update(oam_ip=oam_ip[:64])


def ensure_central(controller_id: int) -> int:
    """Id of the row of the controller's own cloud, made when it is not there yet."""
    found = Cloud.objects.filter(controller_id=controller_id, kind=CloudKind.CENTRAL, removed_at=None)
    if (pk := found.values_list("pk", flat=True).first()) is not None:
        return pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sites_controller WHERE id = %s", [controller_id])
        (name,) = cursor.fetchone()
    row, _ = Cloud.objects.get_or_create(
        controller_id=controller_id, kind=CloudKind.CENTRAL, removed_at=None, defaults={"name": name}
    )
    return row.pk


def _home_groups(controller_id: int) -> dict[int, int]:
    """Row of each group by dcmanager id. Portal-made ones are left out: a subcloud only passes through them."""
    rows = SubcloudGroup.objects.filter(controller_id=controller_id, removed_at=None, portal_made=False)
    return dict(rows.exclude(name__startswith=PORTAL_MADE).values_list("dcmanager_id", "pk"))


def _remove_gone(controller_id: int, subclouds: Sequence[Subcloud], now: datetime) -> frozenset[int]:
    """Clouds that are not in the list any more, or whose id now has another region name: another subcloud."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sites_cloud c SET removed_at = %s WHERE c.controller_id = %s AND c.kind = 'subcloud'"
            " AND c.removed_at IS NULL AND NOT EXISTS (SELECT FROM unnest(%s::int[], %s::text[]) v (id, region)"
            " WHERE v.id = c.dcmanager_id AND v.region = c.region_name)"
            " RETURNING c.id, c.name",
            [now, controller_id, [s.id for s in subclouds], [s.region_name for s in subclouds]],
        )
        names = dict(cursor.fetchall())
    if names:
        spans.end(names, now)
        found = places(names)
        append(cloud_event(found[pk], Kind.CLOUD_REMOVED, now, {"name": name}) for pk, name in names.items())
    return frozenset(names)


def _record_batch(
    controller_id: int,
    batch: Sequence[Subcloud],
    differing: Sequence[Subcloud],
    groups: dict[int, int],
    known: dict[int, int],
    requested_at: datetime,
    lease_token: int,
    now: datetime,
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(known[subcloud.id], requested_at) for subcloud in batch if subcloud.id in known]
        admitted = admit(Facet.SUBCLOUD, looks, source=SOURCE, lease_token=lease_token, now=now).clouds
        rows = [_row(controller_id, s, groups) for s in differing if s.id not in known or known[s.id] in admitted]
        if not rows:
            return
        STAGING.stage(cursor, sorted(rows, key=lambda row: row[1]))
        differences = STAGING.differences(cursor, tuple(TOLD))
        written = STAGING.upsert(cursor, now, ("name", *DCMANAGER_SPANS))
        _tell(differences, written, now)
        added = [Look(pk, requested_at) for pk, _, inserted, *_ in written if inserted]
        admit(Facet.SUBCLOUD, added, source=SOURCE, lease_token=lease_token, now=now)


def _row(controller_id: int, subcloud: Subcloud, groups: dict[int, int]) -> tuple[Any, ...]:
    made = {
        "sync_status": aggregate(endpoint.sync_status for endpoint in subcloud.endpoints),
        "endpoint_sync": Jsonb({endpoint.endpoint_type: endpoint.sync_status for endpoint in subcloud.endpoints}),
        "group_id": None if subcloud.group_id is None else groups.get(subcloud.group_id),
    }
    values = (made[c] if c in made else getattr(subcloud, attribute) for c, attribute in (TOLD | UNTOLD).items())
    return (controller_id, subcloud.id, subcloud.region_name, *values)


def _tell(differences: list[tuple[Any, ...]], written: list[tuple[Any, ...]], now: datetime) -> None:
    """Spans of the status words, and one event for each cloud that is new or changed in what people see."""
    spans.record(
        (
            (pk, field, value)
            for pk, _, _, _, *values in written
            for field, value in zip(DCMANAGER_SPANS.values(), values, strict=True)
        ),
        now,
    )
    changes = {pk: _changed_fields(pairs) for pk, _, *pairs in differences}
    homes = {pk: pairs[2 * list(TOLD).index("group_id")] for pk, _, *pairs in differences}
    named = {pk: (name, inserted) for pk, _, inserted, name, *_ in written}
    found = places(pk for pk, (_, inserted) in named.items() if inserted or changes.get(pk))
    events: list[NewEvent] = []
    for pk, place in found.items():
        name, inserted = named[pk]
        if inserted:
            events.append(cloud_event(place, Kind.CLOUD_ADDED, now, {"name": name}))
            continue
        events += moved(place._replace(group_id=homes[pk]), place, name, now)
        events.append(cloud_event(place, Kind.CLOUD_CHANGED, now, {"fields": changes[pk]}))
    if events:
        append(events)


def _changed_fields(pairs: Sequence[Any]) -> dict[str, Any]:
    """New value of each told column that differs."""
    old, new = pairs[0::2], pairs[1::2]
    return {column: after for column, before, after in zip(TOLD, old, new, strict=True) if before != after}
