"""Disks, the partitions on them and the host file systems."""

from __future__ import annotations

from simulator.hardware import DiskSpec, HostSpec
from simulator.sysinv.ceph import osd_uuid
from simulator.sysinv.site import Item, Site

ROOT_PARTITIONS = ((1, 300, "EFI system"), (301, 2348, "Linux filesystem"), (2349, 452000, "LVM Physical Volume"))
LVM_GUID = "ba5eba11-0000-1111-2222-000000000001"
FILE_SYSTEMS = (("backup", 25), ("docker", 30), ("kubelet", 10), ("log", 8), ("scratch", 16), ("var", 20))


def disk_path(index: int, disk: DiskSpec) -> str:
    if disk.device_type == "NVME":
        return f"/dev/disk/by-path/pci-0000:{0x5E + index:02x}:00.0-nvme-1"
    return "/dev/disk/by-path/pci-0000:00:17.0-ata-1.0"


def idisks(site: Site, *, one: bool = False) -> list[Item]:
    rows = []
    for host in site.hosts:
        for index, disk in enumerate(host.disks):
            rows.append(disk_row(site, host, index, disk, one=one))
    return rows


def idisks_one(site: Site) -> list[Item]:
    return idisks(site, one=True)


def disk_row(site: Site, host: HostSpec, index: int, disk: DiskSpec, *, one: bool) -> Item:
    capabilities = {"model_num": disk.model}
    if disk.role in ("osd", "root"):
        capabilities["stor_function"] = "osd" if disk.role == "osd" else "rootfs"
    row: Item = {
        "uuid": disk.uuid,
        "device_node": disk.device_node,
        "device_type": disk.device_type,
        "device_num": 2048 if disk.device_type == "SSD" else 66304 + 16 * index,
        "device_id": None,
        "device_path": disk_path(index, disk),
        "device_wwn": f"wwn-0x5{site.cloud.hex('wwn', disk.uuid)[:15]}",
        "size_mib": disk.size_mib,
        "available_mib": disk.size_mib if disk.role == "spare" else 0,
        "serial_id": disk.serial,
        "capabilities": capabilities,
        "ihost_uuid": host.uuid,
        "istor_uuid": osd_uuid(site, disk) if disk.role == "osd" else None,
        "ipv_uuid": None,
    }
    if one:
        row["partitions"] = site.links("idisks", disk.uuid, "partitions")
    return row | {
        "links": site.links("idisks", disk.uuid),
        "rpm": "N/A",
        "created_at": site.created(disk.uuid),
        "updated_at": site.updated(disk.uuid),
    }


def partitions(site: Site) -> list[Item]:
    """Partitions of the root disks. The root of this resource lists none, as seen: ask per host."""
    rows = []
    for host in site.hosts:
        disk = host.disks[0]
        for number, (start, end, kind) in enumerate(ROOT_PARTITIONS, start=1):
            uuid = site.cloud.uuid("partition", disk.uuid, number)
            rows.append(
                {
                    "uuid": uuid,
                    "start_mib": start,
                    "end_mib": end,
                    "size_mib": end - start,
                    "device_node": f"{disk.device_node}{number}",
                    "device_path": f"{disk_path(0, disk)}-part{number}",
                    "type_guid": LVM_GUID,
                    "type_name": kind,
                    "idisk_uuid": disk.uuid,
                    "status": 1,
                    "ihost_uuid": host.uuid,
                    "ipv_uuid": None,
                    "links": site.links("partitions", uuid),
                    "capabilities": {},
                    **site.times(uuid),
                }
            )
    return rows


def host_fs(site: Site) -> list[Item]:
    rows = []
    for host in site.hosts:
        for name, size in FILE_SYSTEMS:
            uuid = site.cloud.uuid("host-fs", host.hostname, name)
            rows.append(
                {
                    "uuid": uuid,
                    "name": name,
                    "size": size,
                    "logical_volume": f"{name}-lv",
                    "state": "In-Use",
                    "capabilities": {"functions": []},
                    "ihost_uuid": host.uuid,
                    "links": site.links("host_fs", uuid),
                    **site.times(uuid),
                }
            )
    return rows


def controller_fs(site: Site) -> list[Item]:
    rows = []
    for name, size in (("database", 10), ("docker-distribution", 16), ("etcd", 5), ("extension", 1), ("platform", 10)):
        uuid = site.cloud.uuid("controller-fs", name)
        rows.append(
            {
                "uuid": uuid,
                "name": name,
                "size": size,
                "logical_volume": f"{name}-lv",
                "replicated": True,
                "state": "available",
                "isystem_uuid": site.cloud.uuid("system"),
                "capabilities": {"functions": []},
                "links": site.links("controller_fs", uuid),
                **site.times(uuid),
            }
        )
    return rows
