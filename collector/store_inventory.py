"""Inventory looks to rows. One transaction for each app, hosts before what hangs on them."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from ceph import ingest as ceph_ingest
from collector.inventory_looks import InventoryLook
from hosts import ingest as hosts_ingest
from network import ingest as network_ingest
from operations import ingest as operations_ingest
from sites import ingest as sites_ingest
from sites.choices import Facet
from sites.ingest import FailedLook


def store(looks: Sequence[InventoryLook], lease_token: int) -> None:
    """Everything that was read; parts that were not keep their rows, and get the reason beside them."""
    now = timezone.now()
    if systems := [look.system for look in looks if look.system is not None]:
        sites_ingest.record_systems(systems, lease_token=lease_token, now=now)
    if hosts := [look.hosts for look in looks if look.hosts is not None]:
        hosts_ingest.record(hosts, lease_token=lease_token, now=now)
    if networks := [look.network for look in looks if look.network is not None]:
        network_ingest.record(networks, lease_token=lease_token, now=now)
    with_ports = {snapshot.cloud_id for snapshot in networks}
    if hosts_only := [snapshot.cloud_id for snapshot in hosts if snapshot.cloud_id not in with_ports]:
        network_ingest.derive(hosts_only, now=now)  # links follow from host states
    if storages := [look.storage for look in looks if look.storage is not None]:
        ceph_ingest.record(storages, lease_token=lease_token, now=now)
    if releases := [look.releases for look in looks if look.releases is not None]:
        sites_ingest.record_releases(releases, lease_token=lease_token, now=now)
    if versions := [look.kubernetes for look in looks if look.kubernetes is not None]:
        sites_ingest.record_kubernetes(versions, lease_token=lease_token, now=now)
    if strategies := [look.vim for look in looks if look.vim is not None]:
        operations_ingest.record_vim(strategies, lease_token=lease_token, now=now)
    for look in looks:
        if look.certificates is not None:
            sites_ingest.record_certificates(look.site.cloud_id, look.certificates, now=now)
    _store_failures(looks, lease_token, now)


def _store_failures(looks: Sequence[InventoryLook], lease_token: int, now: datetime) -> None:
    by_facet: dict[Facet, list[FailedLook]] = {}
    for look in looks:
        for facet, problem in look.failures.items():
            failure = FailedLook(look.site.cloud_id, look.requested_at, str(problem))
            by_facet.setdefault(facet, []).append(failure)
    for facet, failures in by_facet.items():
        sites_ingest.failed(facet, failures, lease_token=lease_token, now=now)
