"""The table of resources: path, key in the answer, who builds the rows, what is odd about each."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.sysinv import (
    ceph,
    disks,
    hosts,
    interfaces,
    lldp,
    platform,
    ports,
    processors,
    sensors,
    storage,
    system,
)
from simulator.sysinv.empties import EMPTY, nothing
from simulator.sysinv.site import Builder


@dataclass(frozen=True, slots=True)
class Resource:
    """`one` builds rows as a request for one of them shows them (None: as in the list, `timed`: plus times).

    `host_field` is the field that names the host, for `/ihosts/{uuid}/<path>` and `?ihost_uuid=`; `root` False:
    the root lists nothing although there are rows. `argument` is the name of the identifier in error texts.
    """

    key: str
    rows: Builder
    one: Builder | None = None
    host_field: str | None = None
    root: bool = True
    paged: bool = True
    argument: str = "uuid"
    noun: str = "Server"
    unknown_status: int = 404
    identifier: str = "uuid"
    timed: bool = False
    hidden: tuple[str, ...] = ()


RESOURCES: dict[str, Resource] = {
    "isystems": Resource("isystems", system.isystems, system.isystems_one, argument="isystem_uuid"),
    "ihosts": Resource("ihosts", hosts.ihosts, hosts.ihosts_one, argument="host_id"),
    "ports": Resource("ports", ports.ports, host_field="host_uuid", argument="port_uuid", noun="Port"),
    "ethernet_ports": Resource(
        "ethernet_ports", ports.ethernet_ports, host_field="host_uuid", argument="port_uuid", noun="Port"
    ),
    "iinterfaces": Resource(
        "iinterfaces",
        interfaces.iinterfaces,
        interfaces.iinterfaces_detail,
        host_field="ihost_uuid",
        argument="interface_uuid",
        unknown_status=400,
    ),
    "networks": Resource("networks", system.networks, argument="network_uuid", noun="Network", timed=True),
    "addrpools": Resource("addrpools", system.addrpools, noun="Address pool"),
    "interface_networks": Resource(
        "interface_networks",
        interfaces.interface_networks,
        timed=True,
        argument="interface_network_uuid",
        noun="Interface network",
        host_field="forihostid",
    ),
    "interface_datanetworks": Resource(
        "interface_datanetworks",
        interfaces.interface_datanetworks,
        timed=True,
        argument="interface_datanetwork_uuid",
        noun="Interface datanetwork",
        host_field="forihostid",
    ),
    "datanetworks": Resource(
        "datanetworks", interfaces.datanetworks, timed=True, argument="datanetwork_uuid", noun="DataNetwork"
    ),
    "lldp_agents": Resource(
        "lldp_agents", lldp.lldp_agents, lldp.lldp_agents_one, host_field="host_uuid", noun="LLDP agent"
    ),
    "lldp_neighbours": Resource(
        "lldp_neighbours", lldp.lldp_neighbours, lldp.lldp_neighbours_one, host_field="host_uuid", noun="LLDP neighbour"
    ),
    "storage_backend": Resource(
        "storage_backends",
        storage.storage_backend,
        storage.storage_backend_one,
        argument="storage_backend_uuid",
        noun="Storage backend",
    ),
    "storage_ceph": Resource(
        "storage_ceph",
        storage.storage_ceph,
        storage.storage_ceph_one,
        argument="storage_ceph_uuid",
        noun="Storage backend",
    ),
    "storage_ceph_rook": Resource(
        "storage_ceph_rook", storage.storage_ceph_rook, argument="storage_ceph_rook_uuid", noun="Storage backend"
    ),
    "clusters": Resource("clusters", ceph.clusters, ceph.clusters_one, argument="cluster_uuid", noun="Cluster"),
    "storage_tiers": Resource(
        "storage_tiers", ceph.storage_tiers, ceph.storage_tiers_one, argument="tier_uuid", noun="Storage tier"
    ),
    "ceph_mon": Resource(
        "ceph_mon", ceph.ceph_mon, host_field="ihost_uuid", argument="ceph_mon_uuid", noun="Ceph monitor"
    ),
    "istors": Resource(
        "istors", ceph.istors, ceph.istors_one, host_field="ihost_uuid", argument="stor_uuid", noun="Stor"
    ),
    "idisks": Resource(
        "idisks", disks.idisks, disks.idisks_one, host_field="ihost_uuid", argument="disk_uuid", noun="Disk"
    ),
    "partitions": Resource(
        "partitions", disks.partitions, host_field="ihost_uuid", root=False, argument="partition_uuid", noun="Partition"
    ),
    "host_fs": Resource(
        "host_fs", disks.host_fs, host_field="ihost_uuid", argument="host_fs_uuid", noun="Host filesystem"
    ),
    "controller_fs": Resource(
        "controller_fs", disks.controller_fs, argument="controller_fs_uuid", noun="Controller filesystem"
    ),
    "isensors": Resource("isensors", sensors.isensors, host_field="host_uuid", argument="sensor_uuid", noun="Sensor"),
    "isensorgroups": Resource(
        "isensorgroups", sensors.isensorgroups, host_field="host_uuid", argument="sensorgroup_uuid", noun="Sensor group"
    ),
    "icpus": Resource("icpus", processors.icpus, host_field="ihost_uuid", argument="cpu_uuid", noun="CPU"),
    "imemorys": Resource(
        "imemorys", processors.imemorys, host_field="ihost_uuid", argument="memory_uuid", noun="Memory"
    ),
    "inodes": Resource(
        "inodes", processors.inodes, host_field="host", argument="node_uuid", noun="Node", hidden=("host",)
    ),
    "pci_devices": Resource(
        "pci_devices", processors.pci_devices, host_field="host_uuid", argument="device_uuid", noun="PCI device"
    ),
    "labels": Resource("labels", platform.labels, host_field="host_uuid", argument="label_uuid", noun="Label"),
    "apps": Resource("apps", platform.apps, identifier="name", paged=False, noun="Application"),
    "kube_versions": Resource(
        "kube_versions",
        platform.kube_versions,
        platform.kube_versions_one,
        identifier="version",
        paged=False,
        noun="Kubernetes version",
    ),
    "kube_host_upgrades": Resource("kube_host_upgrades", platform.kube_host_upgrades, noun="Host upgrade"),
    "certificate": Resource("certificates", platform.certificate, argument="certificate_uuid", noun="Certificate"),
    "iextoam": Resource("iextoams", system.iextoam, argument="extoam_uuid", noun="OAM network"),
    "servicegroup": Resource("sm_servicegroup", platform.servicegroup, paged=False, noun="Service group"),
    "servicenodes": Resource("nodes", platform.servicenodes, identifier="name", paged=False, noun="Node"),
    **{path: Resource(key, nothing) for path, key in EMPTY.items()},
}

# What the real server answers at these roots instead of a list (recorded in tests/wire/sysinv).
BROKEN_ROOTS = {
    "iinterfaces": (400, "Invalid ihost None"),
    "labels": (500, "'Connection' object has no attribute 'label_get_list'"),
    "isensorgroups": (
        500,
        '(psycopg2.errors.UndefinedTable) missing FROM-clause entry for table "i_sensorgroups_analog"',
    ),
    "upgrade": (500, "This API is deprecated."),
}
