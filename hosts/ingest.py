"""Hosts and disks as sysinv lists them (T2, T3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from events.kinds import Kind
from events.log import append
from hosts.models import Disk as DiskRow
from hosts.models import Host as HostRow
from hosts.status import status_of
from sites.choices import Facet
from sites.ingest import Look, admit, event, places
from sites.search import coded
from sites.staging import Staging, quiet_commit
from starlingx.records import Disk, Host

SOURCE = "sysinv"
# What people are told of; the rest is written without an event.
TOLD = ("hostname", "personality", "administrative", "operational", "availability", "status", "task", "config_status")
HOSTS = Staging(
    HostRow,
    ("cloud_id", "uuid"),
    (
        *TOLD,
        "subfunctions",
        "active_controller",
        "uptime_seconds",
        "software_version",
        "management_ip",
        "bmc_ip",
        "bmc_type",
        "clock_synchronization",
        "install_state",
        "reboot_needed",
        "peer_group",
    ),
    unstamped=("uptime_seconds",),
)
DISKS = Staging(
    DiskRow,
    ("cloud_id", "uuid"),
    ("host_id", "device_node", "device_type", "size_mib", "available_mib", "serial_id", "model"),
    now_on_change=(),
)


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """All hosts of one cloud; `disks` None when only the hosts were asked for."""

    cloud_id: int
    requested_at: datetime
    hosts: Sequence[Host]
    disks: Sequence[Disk] | None = None


def record(batch: Sequence[HostSnapshot], *, lease_token: int, now: datetime) -> frozenset[int]:
    """Complete lists: new, changed and vanished hosts and disks, with counts and events. Returns the clouds taken."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = admit(Facet.HOSTS, looks, source=SOURCE, lease_token=lease_token, now=now)
        taken = [latest[pk] for pk in sorted(admitted.clouds)]
        _record_hosts(cursor, taken, admitted.first, now)
        _record_disks(cursor, [snapshot for snapshot in taken if snapshot.disks is not None], now)
        _count(cursor, sorted(admitted.clouds))
    return admitted.clouds


def host_ids(cloud_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Row by (cloud, sysinv's uuid). One query."""
    rows = HostRow.objects.filter(cloud__in=list(cloud_ids)).order_by().values_list("cloud_id", "uuid", "pk")
    return {(cloud_id, uuid): pk for cloud_id, uuid, pk in rows}


def _record_hosts(
    cursor: CursorWrapper, snapshots: Sequence[HostSnapshot], first: Collection[int], now: datetime
) -> None:
    rows = {(snapshot.cloud_id, host.uuid): _host(host) for snapshot in snapshots for host in snapshot.hosts}
    HOSTS.stage(cursor, ((*key, *rows[key]) for key in sorted(rows)))
    differences = HOSTS.differences(cursor, TOLD)
    written = HOSTS.upsert(cursor, now, TOLD)
    condition, parameters = HOSTS.gone([snapshot.cloud_id for snapshot in snapshots])
    cursor.execute(f"SELECT t.id, t.cloud_id FROM {HOSTS.table} t WHERE {condition}", parameters)  # noqa: S608
    gone = list(cursor.fetchall())
    changes = {(pk, cloud_id): _changed_fields(pairs) for pk, cloud_id, *pairs in differences}
    changes |= {
        (pk, cloud_id): dict(zip(TOLD, values, strict=True))
        for pk, cloud_id, inserted, *values in written
        if inserted and cloud_id not in first
    }
    changes |= {(pk, cloud_id): {"removed": True} for pk, cloud_id in gone}
    if gone:  # rare; through the model, so that what hangs on a host goes with it
        HostRow.objects.filter(pk__in=[pk for pk, _ in gone]).delete()
    _tell({key: fields for key, fields in changes.items() if fields}, now)


def _host(host: Host) -> tuple[Any, ...]:
    """Columns of HOSTS, in order."""
    return (
        host.hostname,
        host.personality,
        host.administrative,
        host.operational,
        host.availability,
        status_of(host.administrative, host.operational, host.availability, host.task).value,
        host.task,
        host.config_status,
        ",".join(host.subfunctions),
        host.controller_state == "Controller-Active" if host.controller_state else None,
        host.uptime,
        host.sw_version,
        host.mgmt_ip,
        host.bm_ip,
        host.bm_type,
        host.clock_synchronization,
        host.install_state,
        host.reboot_needed,
        host.peer_group,
    )


def _record_disks(cursor: CursorWrapper, snapshots: Sequence[HostSnapshot], now: datetime) -> None:
    """A disk of a host that is not there is left out: the next look has both."""
    clouds = [snapshot.cloud_id for snapshot in snapshots]
    hosts = host_ids(clouds)
    rows = {
        (snapshot.cloud_id, disk.uuid): (
            hosts[snapshot.cloud_id, disk.host_uuid],
            disk.device_node,
            disk.device_type,
            disk.size_mib,
            disk.available_mib,
            disk.serial_id,
            disk.model,
        )
        for snapshot in snapshots
        for disk in snapshot.disks or ()
        if (snapshot.cloud_id, disk.host_uuid) in hosts
    }
    DISKS.stage(cursor, ((*key, *rows[key]) for key in sorted(rows)))
    DISKS.upsert(cursor, now)
    DISKS.delete_gone(cursor, clouds)


def _count(cursor: CursorWrapper, cloud_ids: Sequence[int]) -> None:
    """How many there are and are well; and their names and addresses, for the search for subclouds."""
    words = f"h.hostname || ' ' || {coded('h.management_ip')} || ' ' || {coded('h.bmc_ip')}"
    cursor.execute(
        "UPDATE sites_cloud c SET hosts_total = n.total, hosts_ok = n.ok, host_words = n.words FROM ("  # noqa: S608
        " SELECT v.id, count(h.id) AS total, count(h.id) FILTER (WHERE h.status = 'ok') AS ok,"
        f" coalesce(string_agg({words}, ' ' ORDER BY h.hostname, h.id), '') AS words"
        " FROM unnest(%s::bigint[]) v (id) LEFT JOIN hosts_host h ON h.cloud_id = v.id GROUP BY v.id) n"
        " WHERE c.id = n.id AND (c.hosts_total, c.hosts_ok, c.host_words) IS DISTINCT FROM (n.total, n.ok, n.words)",
        [list(cloud_ids)],
    )


def _tell(changes: dict[tuple[int, int], dict[str, Any]], now: datetime) -> None:
    if not changes:
        return
    found = places({cloud_id for _, cloud_id in changes})
    append(
        event(found[cloud_id], Kind.HOST_CHANGED, f"host:{pk}", now, {"fields": fields})
        for (pk, cloud_id), fields in changes.items()
    )


def _changed_fields(pairs: Sequence[Any]) -> dict[str, Any]:
    old, new = pairs[0::2], pairs[1::2]
    return {column: after for column, before, after in zip(TOLD, old, new, strict=True) if before != after}
