"""The Ceph cluster as sysinv knows it: cluster, tiers, monitors, OSDs. Its health is FM's and Kubernetes' business."""

from __future__ import annotations

from simulator.hardware import DiskSpec, HostSpec
from simulator.sysinv.site import Item, Site


def osd_disks(site: Site) -> list[tuple[int, HostSpec, DiskSpec]]:
    """(OSD id, host, disk) of the whole site, ids in host order."""
    disks = [(host, disk) for host in site.hosts for disk in host.disks if disk.role == "osd"]
    return [(number, host, disk) for number, (host, disk) in enumerate(disks)]


def replication(site: Site) -> int:
    return len(site.hosts)


def deployment_model(site: Site) -> str:
    return "controller-nodes" if len(site.hosts) > 1 else "aio-sx"


def clusters(site: Site) -> list[Item]:
    """Five fields in the list; peers and tiers only when asked for one, as seen."""
    if site.cloud.ceph == "none":
        return []
    uuid = site.cloud.uuid("cluster")
    return [
        {
            "uuid": uuid,
            "cluster_uuid": fsid(site),
            "type": "ceph",
            "name": "ceph_rook_cluster" if site.cloud.ceph == "ceph-rook" else "ceph_cluster",
            "deployment_model": deployment_model(site),
            "links": site.links("clusters", uuid),
        }
    ]


def clusters_one(site: Site) -> list[Item]:
    hosts = [host.hostname for host in site.hosts]
    return [
        {
            "id": 1,
            **{key: value for key, value in row.items() if key != "links"},
            "peers": [
                {"name": "group-0", "status": "provisioned", "hosts": hosts, "uuid": site.cloud.uuid("peer-group", 0)}
            ],
            "tiers": [{"name": "storage", "status": "in-use", "uuid": site.cloud.uuid("storage-tier")}],
            "links": row["links"],
            "storage_tiers": site.links("clusters", row["uuid"], "storage_tiers"),
            **site.times(row["uuid"]),
        }
        for row in clusters(site)
    ]


def fsid(site: Site) -> str:
    """Ceph's own id of the cluster, which alarms carry."""
    return site.cloud.uuid("ceph-fsid")


def storage_tiers(site: Site, *, one: bool = False) -> list[Item]:
    """`stors` are OSD ids, as seen."""
    if site.cloud.ceph == "none":
        return []
    uuid = site.cloud.uuid("storage-tier")
    row: Item = {
        "uuid": uuid,
        "name": "storage",
        "type": "ceph",
        "status": "in-use",
        "capabilities": {},
        "backend_uuid": site.cloud.uuid("storage-backend"),
        "cluster_uuid": site.cloud.uuid("cluster"),
        "stors": [number for number, _, _ in osd_disks(site)],
        "links": site.links("storage_tiers", uuid),
    }
    if one:
        row["istors"] = site.links("storage_tiers", uuid, "istors")
    return [row | {"created_at": site.created(uuid), "updated_at": site.updated(uuid)}]


def storage_tiers_one(site: Site) -> list[Item]:
    return storage_tiers(site, one=True)


def ceph_mon(site: Site) -> list[Item]:
    """Bare-metal Ceph only; Rook's monitors are pods."""
    if site.cloud.ceph != "ceph":
        return []
    rows = []
    for host in site.hosts:
        uuid = site.cloud.uuid("ceph-mon", host.hostname)
        rows.append(
            {
                "uuid": uuid,
                "device_path": None,
                "ihost_uuid": host.uuid,
                "hostname": host.hostname,
                "ceph_mon_gib": 20,
                "state": "configured",
                "task": None,
                "links": site.links("ceph_mon", uuid),
                **site.times(uuid),
            }
        )
    return rows


def istors(site: Site, *, one: bool = False) -> list[Item]:
    rows = []
    for number, host, disk in osd_disks(site):
        uuid = osd_uuid(site, disk)
        row: Item = {
            "uuid": uuid,
            "osdid": number,
            "function": "osd",
            "state": "configured",
            "capabilities": {},
            "ihost_uuid": host.uuid,
            "idisk_uuid": disk.uuid,
            "links": site.links("istors", uuid),
        }
        if one:
            row["idisks"] = site.links("istors", uuid, "idisks")
        row |= {
            "journal_location": uuid,
            "journal_size_mib": 1024,
            "journal_path": f"/dev/disk/by-path/pci-0000:5e:00.0-nvme-{number + 1}-part2",
            "journal_node": f"{disk.device_node}p2",
        }
        if one:
            row["fortierid"] = 1
        rows.append(row | {"tier_uuid": site.cloud.uuid("storage-tier"), "tier_name": "storage", **site.times(uuid)})
    return rows


def istors_one(site: Site) -> list[Item]:
    return istors(site, one=True)


def osd_uuid(site: Site, disk: DiskSpec) -> str:
    return site.cloud.uuid("osd", disk.uuid)
