"""Links as the NIC exporter on the hosts measures them, where there is one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from network.choices import LinkEvidence
from network.ingest.derive import derive
from network.models import Port
from sites.choices import Facet
from sites.ingest import Look, admit
from sites.staging import quiet_commit
from starlingx.records import NicLinkList

SOURCE = "exporter"
OPERATIONAL = "up"
INVISIBLE_DRIVERS = ("vfio",)  # a port given to DPDK has left the kernel, and the exporter's sight with it


@dataclass(frozen=True, slots=True)
class LinkSnapshot:
    """What the exporters of one cloud showed; `links` None: there is no exporter."""

    cloud_id: int
    requested_at: datetime
    links: NicLinkList | None


def record_links(batch: Sequence[LinkSnapshot], *, lease_token: int, now: datetime) -> None:
    """Note each port's measurement, then derive links anew. An exporter shows only devices that are up."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(s.cloud_id, s.requested_at) for s in latest.values() if s.links is not None]
        admitted = admit(Facet.NIC_LINKS, looks, source=SOURCE, lease_token=lease_token, now=now).clouds
        without = {snapshot.cloud_id for snapshot in latest.values() if snapshot.links is None}
        rows = Port.objects.filter(cloud__in=admitted | without).order_by()
        changes: dict[int, bool | None] = {}
        for pk, cloud_id, name, driver, host, stored in rows.values_list(
            "pk", "cloud_id", "name", "driver", "host__hostname", "measured_up"
        ):
            word = measured(latest[cloud_id].links, host, name, driver)
            if word != stored:
                changes[pk] = word
        if changes:
            cursor.execute(
                "UPDATE network_port p SET measured_up = v.up FROM unnest(%s::bigint[], %s::bool[]) v (id, up)"
                " WHERE p.id = v.id",
                [list(changes), list(changes.values())],
            )
        derive(admitted | without, now=now)


def doubt(cloud_ids: Collection[int], *, now: datetime) -> None:
    """These could not be measured: where links still stand on what was measured before, that may be stale now."""
    rows = Port.objects.filter(cloud__in=list(cloud_ids), link_evidence=LinkEvidence.MEASURED).order_by()
    if found := list(rows.values_list("cloud_id", flat=True).distinct()):
        derive(found, now=now)


def measured(links: NicLinkList | None, hostname: str, name: str, driver: str) -> bool | None:
    """The exporter's word on a port; None where no exporter can have one."""
    if links is None or hostname not in links.nodes or driver.startswith(INVISIBLE_DRIVERS):
        return None
    return any(
        link.node == hostname and link.device == name and link.operstate in (OPERATIONAL, "unknown", "")
        for link in links
    )
