"""Ceph's own word, from the CephCluster resource that Rook keeps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from ceph.choices import CephSource
from ceph.ingest.derive import derive
from ceph.models import CephCluster as ClusterRow
from sites.bounded import bounded
from sites.choices import Facet
from sites.ingest import Look, admit
from sites.staging import Staging, quiet_commit
from starlingx.records import CephHealth

SOURCE = "CephCluster"
MESSAGE_LENGTH = 500
HEALTH = Staging(
    ClusterRow,
    ("cloud_id",),
    ("health", "health_checks", "health_checked_at", "bytes_total", "bytes_used", "bytes_available"),
    now_on_insert=("changed_at",),
    now_on_change=(),
)
_RANK = ("HEALTH_OK", "HEALTH_WARN", "HEALTH_ERR")


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """The Rook clusters of one cloud; there is one where Ceph is Rook's, none otherwise."""

    cloud_id: int
    requested_at: datetime
    clusters: Sequence[CephHealth]


def record_health(batch: Sequence[HealthSnapshot], *, lease_token: int, now: datetime) -> None:
    """Note what was measured, then the badge that follows.

    Clouds without a cluster were not measured; where there was one before, its word stands no longer.
    """
    told = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        mute = [pk for pk, snapshot in told.items() if not _tells(snapshot)]
        had = set(ClusterRow.objects.filter(cloud__in=mute).exclude(health="").values_list("cloud_id", flat=True))
        latest = {pk: snapshot for pk, snapshot in told.items() if pk in had or _tells(snapshot)}
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = admit(Facet.CEPH_HEALTH, looks, source=SOURCE, lease_token=lease_token, now=now).clouds
        HEALTH.stage(cursor, (_row(latest[pk]) for pk in sorted(admitted)))
        HEALTH.upsert(cursor, now)
        derive(admitted, now=now)


def doubt(cloud_ids: Collection[int], *, now: datetime) -> None:
    """These could not be measured: where the badge still stands on what was measured before, that may be stale now."""
    measured = ClusterRow.objects.filter(cloud__in=list(cloud_ids), source=CephSource.MEASURED)
    if found := list(measured.values_list("cloud_id", flat=True)):
        derive(found, now=now)


def _tells(snapshot: HealthSnapshot) -> bool:
    return any(cluster.health for cluster in snapshot.clusters)


def _row(snapshot: HealthSnapshot) -> tuple[object, ...]:
    """Of several clusters the worst counts."""
    if not _tells(snapshot):
        return (snapshot.cloud_id, "", Jsonb({}), None, None, None, None)
    worst = max(snapshot.clusters, key=lambda each: _RANK.index(each.health) if each.health in _RANK else 0)
    checks = {
        bounded(check.name, 64): {
            "severity": bounded(check.severity, 32),
            "message": bounded(check.message, MESSAGE_LENGTH),
        }
        for check in worst.checks
    }
    return (
        snapshot.cloud_id,
        worst.health,
        Jsonb(checks),
        worst.last_checked,
        worst.bytes_total,
        worst.bytes_used,
        worst.bytes_available,
    )
