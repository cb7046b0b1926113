"""Storage backends, OSDs and monitors as sysinv lists them (T2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ceph.choices import Flavour
from ceph.ingest.derive import derive
from ceph.models import CephCluster as ClusterRow
from ceph.models import Monitor as MonitorRow
from ceph.models import Osd as OsdRow
from sites.choices import Facet
from sites.ingest import Look, admit
from sites.staging import Staging, quiet_commit
from starlingx.records import CephCluster, CephMon, Osd, StorageBackend

SOURCE = "sysinv"
# sysinv's word for a backend -> ours; where a cloud has several, the first of this list counts.
FLAVOURS = {
    "ceph-rook": Flavour.ROOK,
    "ceph": Flavour.BARE_METAL,
    "ceph-external": Flavour.EXTERNAL,
    "external": Flavour.EXTERNAL,
}
CLUSTERS = Staging(
    ClusterRow,
    ("cloud_id",),
    (
        "flavour",
        "backend_name",
        "backend_state",
        "backend_task",
        "replication",
        "min_replication",
        "deployment_model",
        "fsid",
    ),
    now_on_insert=("changed_at",),
    now_on_change=(),
)
OSDS = Staging(
    OsdRow,
    ("cloud_id", "uuid"),
    ("osd_id", "hostname", "function", "state", "tier_name", "disk_uuid"),
    now_on_change=(),
)
MONITORS = Staging(MonitorRow, ("cloud_id", "uuid"), ("hostname", "state", "size_gib"), now_on_change=())


@dataclass(frozen=True, slots=True)
class StorageSnapshot:
    """Everything sysinv knows of the storage of one cloud. `hostnames` by host uuid: OSDs name only the uuid."""

    cloud_id: int
    requested_at: datetime
    backends: Sequence[StorageBackend]
    clusters: Sequence[CephCluster] = ()
    osds: Sequence[Osd] = ()
    monitors: Sequence[CephMon] = ()
    hostnames: Mapping[str, str] | None = None


def record(batch: Sequence[StorageSnapshot], *, lease_token: int, now: datetime) -> frozenset[int]:
    """Complete lists, then the Ceph badge that follows. Returns the clouds taken."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = admit(Facet.STORAGE, looks, source=SOURCE, lease_token=lease_token, now=now).clouds
        clouds = sorted(admitted)
        taken = [latest[pk] for pk in clouds]
        CLUSTERS.stage(cursor, (_cluster(snapshot) for snapshot in taken))
        CLUSTERS.upsert(cursor, now)
        OSDS.stage(cursor, _unique(row for snapshot in taken for row in _osds(snapshot)))
        OSDS.upsert(cursor, now)
        OSDS.delete_gone(cursor, clouds)
        MONITORS.stage(cursor, _unique(row for snapshot in taken for row in _monitors(snapshot)))
        MONITORS.upsert(cursor, now)
        MONITORS.delete_gone(cursor, clouds)
        derive(clouds, now=now)
    return admitted


def _unique(rows: Any) -> list[tuple[Any, ...]]:
    """Sorted by (cloud, uuid); of doubles the last counts."""
    by_key = {row[:2]: row for row in rows}
    return [by_key[key] for key in sorted(by_key)]


def _cluster(snapshot: StorageSnapshot) -> tuple[Any, ...]:
    """The key and columns of CLUSTERS."""
    found = [each for name in FLAVOURS for each in snapshot.backends if each.backend == name]
    fsid = next((cluster.cluster_uuid for cluster in snapshot.clusters if cluster.cluster_uuid), "")
    model = next((cluster.deployment_model for cluster in snapshot.clusters if cluster.deployment_model), "")
    if not found:
        return (snapshot.cloud_id, Flavour.NONE.value, "", "", "", None, None, "", "")
    backend = found[0]
    return (
        snapshot.cloud_id,
        FLAVOURS[backend.backend].value,
        backend.name,
        backend.state,
        backend.task,
        backend.replication,
        backend.min_replication,
        backend.deployment_model or model,
        fsid,
    )


def _osds(snapshot: StorageSnapshot) -> list[tuple[Any, ...]]:
    names = snapshot.hostnames or {}
    return [
        (
            snapshot.cloud_id,
            osd.uuid,
            osd.osdid,
            names.get(osd.host_uuid, ""),
            osd.function,
            osd.state,
            osd.tier_name,
            osd.disk_uuid,
        )
        for osd in snapshot.osds
    ]


def _monitors(snapshot: StorageSnapshot) -> list[tuple[Any, ...]]:
    return [(snapshot.cloud_id, each.uuid, each.hostname, each.state, each.size_gib) for each in snapshot.monitors]
