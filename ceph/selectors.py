"""Reads about Ceph. Every one takes scopes, or a cloud that was read within them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ceph.choices import CephSource, Flavour
from ceph.health import BADGE_OF_HEALTH
from ceph.models import CephCluster, Monitor, Osd
from sites.access import Scopes
from sites.expressions import listed

NEARFULL = 85  # percent; Ceph's own defaults
FULL = 95
OSD_COLUMNS = ("osd_id", "hostname", "state", "tier_name")
MONITOR_COLUMNS = ("hostname", "state", "size_gib")


def clusters(scopes: Scopes) -> QuerySet[CephCluster]:
    return CephCluster.objects.filter(scopes.clouds("cloud__"), cloud__removed_at=None)


@dataclass(frozen=True, slots=True)
class CephInView:
    """Ceph of one cloud with its OSDs and monitors."""

    cluster: CephCluster
    osds: list[dict[str, Any]]
    monitors: list[dict[str, Any]]

    @property
    def used_percent(self) -> float | None:
        total, used = self.cluster.bytes_total, self.cluster.bytes_used
        return None if not total or used is None else 100 * used / total

    @property
    def capacity_state(self) -> str:
        used = self.used_percent or 0
        return "error" if used >= FULL else "warn" if used >= NEARFULL else "ok"

    @property
    def osd_state(self) -> str:
        """Of every OSD box. Which OSD is down is told by no interface we can reach: if one is, all are in doubt.

        So they are where Ceph's word is not one of its three: what it says of its OSDs is then not known either.
        """
        measured = self.cluster.source == CephSource.MEASURED and self.cluster.health in BADGE_OF_HEALTH
        return "up" if measured and self.osds_down is None else "unknown"

    @property
    def osds_down(self) -> str | None:
        """Ceph's own sentence, e.g. "1 osds down"."""
        check = self.cluster.health_checks.get("OSD_DOWN")
        return None if check is None else str(check.get("message", ""))

    @property
    def present(self) -> bool:
        return self.cluster.flavour not in (Flavour.NONE, Flavour.UNKNOWN)


def ceph_of(cloud_id: int) -> CephInView | None:
    """One query. None: its storage was never read. The caller has read the cloud within its scopes."""
    cluster = (
        CephCluster.objects.filter(cloud_id=cloud_id)
        .annotate(
            osd_rows=listed(Osd, "cloud", OSD_COLUMNS, "osd_id id", outer="cloud_id"),
            monitor_rows=listed(Monitor, "cloud", MONITOR_COLUMNS, "hostname", outer="cloud_id"),
        )
        .first()
    )
    if cluster is None:
        return None
    return CephInView(cluster, osds=cluster.osd_rows, monitors=cluster.monitor_rows)
