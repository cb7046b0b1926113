"""Processors, memory, NUMA nodes and accelerators of a host."""

from __future__ import annotations

from simulator.hardware import HostSpec
from simulator.sysinv.site import Item, Site

NODES = 2
CORES = 16
PLATFORM_CORES = 2
MODEL = "Intel(R) Xeon(R) Gold 6338N CPU @ 2.20GHz"
ACCELERATOR = ("0000:f7:00.0", "120000", "8086", "57c0", "Processing accelerators")
MEMORY_UNSET = (
    "vswitch_hugepages_size_mib",
    "vswitch_hugepages_reqd",
    "vswitch_hugepages_nr",
    "vswitch_hugepages_avail",
)


def node_uuid(site: Site, host: HostSpec, node: int) -> str:
    return site.cloud.uuid(host.hostname, "node", node)


def inodes(site: Site) -> list[Item]:
    rows = []
    for host in site.hosts:
        for node in range(NODES):
            uuid = node_uuid(site, host, node)
            rows.append(
                {
                    "uuid": uuid,
                    "numa_node": node,
                    "capabilities": {},
                    "links": site.links("inodes", uuid),
                    "host": host.uuid,
                }
            )
    return rows


def icpus(site: Site) -> list[Item]:
    """One row for each logical processor: two threads to a core, the first cores of node 0 for the platform."""
    rows = []
    for host in site.hosts:
        for logical in range(NODES * CORES * 2):
            thread, core_of_all = divmod(logical, NODES * CORES)
            node, core = divmod(core_of_all, CORES)
            platform = node == 0 and core < PLATFORM_CORES
            uuid = site.cloud.uuid("cpu", host.hostname, logical)
            rows.append(
                {
                    "uuid": uuid,
                    "cpu": logical,
                    "core": core,
                    "thread": thread,
                    "cpu_family": "6",
                    "cpu_model": MODEL,
                    "allocated_function": "Platform" if platform else "Application-isolated",
                    "numa_node": node,
                    "capabilities": {},
                    "ihost_uuid": host.uuid,
                    "inode_uuid": node_uuid(site, host, node),
                    "links": site.links("icpus", uuid),
                    **site.times(uuid),
                }
            )
    return rows


def imemorys(site: Site) -> list[Item]:
    """One row for each NUMA node; 7000 MiB for the platform on node 0, 2000 on the other."""
    return [memory(site, host, node) for host in site.hosts for node in range(NODES)]


def memory(site: Site, host: HostSpec, node: int) -> Item:
    uuid = site.cloud.uuid("memory", host.hostname, node)
    reserved = 7000 if node == 0 else 2000
    return {
        "uuid": uuid,
        "memtotal_mib": 128000 - reserved,
        "memavail_mib": 90000,
        "platform_reserved_mib": reserved,
        "hugepages_configured": True,
        **dict.fromkeys(MEMORY_UNSET),
        "vm_pending_as_percentage": False,
        "vm_hugepages_nr_2M_pending": None,
        "vm_hugepages_2M_percentage": None,
        "vm_hugepages_nr_2M": None,
        "vm_hugepages_avail_2M": None,
        "vm_hugepages_nr_1G_pending": None,
        "vm_hugepages_1G_percentage": None,
        "vm_hugepages_nr_1G": 32,
        "vm_hugepages_nr_4K": None,
        "vm_hugepages_use_1G": True,
        "vm_hugepages_avail_1G": 8,
        "vm_hugepages_possible_2M": None,
        "vm_hugepages_possible_1G": 110,
        "minimum_platform_reserved_mib": 1000,
        "numa_node": node,
        "capabilities": {},
        "ihost_uuid": host.uuid,
        "inode_uuid": node_uuid(site, host, node),
        "links": site.links("imemorys", uuid),
        **site.times(uuid),
    }


def has_accelerator(site: Site) -> bool:
    """Two sites in three carry a forward error correction accelerator."""
    return int(site.cloud.hex("accelerator")[:4], 16) % 3 < 2


def pci_devices(site: Site) -> list[Item]:
    if not has_accelerator(site):
        return []
    address, class_id, vendor, device, kind = ACCELERATOR
    rows = []
    for host in site.hosts:
        uuid = site.cloud.uuid("pci-device", host.hostname)
        rows.append(
            {
                "uuid": uuid,
                "name": f"pci_{address.replace(':', '_').replace('.', '_')}",
                "pciaddr": address,
                "pclass_id": class_id,
                "pvendor_id": vendor,
                "pdevice_id": device,
                "pclass": kind,
                "pvendor": "Intel Corporation",
                "pdevice": "VRB1 Accelerator",
                "psvendor": "",
                "psdevice": "",
                "numa_node": 1,
                "sriov_totalvfs": 16,
                "sriov_numvfs": 8,
                "sriov_vfs_pci_address": ",".join(f"0000:f7:00.{function}" for function in range(1, 8))
                + ",0000:f7:01.0",
                "sriov_vf_driver": "vfio-pci",
                "sriov_vf_pdevice_id": "57c1",
                "driver": "vfio-pci",
                "extra_info": None,
                "host_uuid": host.uuid,
                "enabled": True,
                "bmc_build_version": None,
                "bmc_fw_version": None,
                "retimer_a_version": None,
                "retimer_b_version": None,
                "root_key": None,
                "revoked_key_ids": None,
                "boot_page": None,
                "bitstream_id": None,
                "links": site.links("pci_devices", uuid),
                **site.times(uuid),
            }
        )
    return rows
