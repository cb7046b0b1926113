"""Interfaces, ports and their neighbours as sysinv lists them (T2)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from hosts.ingest import host_ids
from network.ingest.derive import derive
from network.models import Interface as InterfaceRow
from network.models import Port as PortRow
from sites.choices import Facet
from sites.ingest import Look, admit
from sites.staging import Staging, quiet_commit
from starlingx.records import EthernetPort, Interface, InterfaceDataNetwork, InterfaceNetwork, LldpNeighbour

SOURCE = "sysinv"
INTERFACES = Staging(
    InterfaceRow,
    ("cloud_id", "uuid"),
    (
        "host_id",
        "ifname",
        "iftype",
        "ifclass",
        "mtu",
        "vlan_id",
        "aemode",
        "uses",
        "used_by",
        "roles",
        "data_networks",
        "sriov_numvfs",
        "sriov_vf_driver",
        "max_tx_rate",
        "ptp_role",
    ),
    now_on_change=(),
)
PORTS = Staging(
    PortRow,
    ("cloud_id", "uuid"),
    (
        "host_id",
        "interface_id",
        "name",
        "pci_address",
        "vendor",
        "device",
        "driver",
        "mac",
        "mtu",
        "speed_mbps",
        "numa_node",
        "dpdk_support",
        "sriov_total_vfs",
        "sriov_configured_vfs",
        "sriov_vf_driver",
        "neighbour_system",
        "neighbour_port",
        "neighbour_seen_at",
    ),
    now_on_change=(),
)


@dataclass(frozen=True, slots=True)
class NetworkSnapshot:
    """Everything about the NICs of one cloud."""

    cloud_id: int
    requested_at: datetime
    ports: Sequence[EthernetPort]
    interfaces: Sequence[Interface]
    interface_networks: Sequence[InterfaceNetwork] = ()
    interface_datanetworks: Sequence[InterfaceDataNetwork] = ()
    neighbours: Sequence[LldpNeighbour] = ()


def record(batch: Sequence[NetworkSnapshot], *, lease_token: int, now: datetime) -> frozenset[int]:
    """Complete lists, then the links that follow. Hosts must be recorded before: what has no host is left out."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = admit(Facet.PORTS, looks, source=SOURCE, lease_token=lease_token, now=now)
        clouds = sorted(admitted.clouds)
        taken = [latest[pk] for pk in clouds]
        hosts = host_ids(clouds)
        _stage_interfaces(cursor, taken, hosts)
        INTERFACES.upsert(cursor, now)
        _stage_ports(cursor, taken, hosts, _interface_ids(clouds))
        PORTS.upsert(cursor, now)
        PORTS.delete_gone(cursor, clouds)
        INTERFACES.delete_gone(cursor, clouds)  # last: no port points to them any more
        derive(clouds, baseline=admitted.first, now=now)
    return admitted.clouds


def _interface_ids(clouds: Sequence[int]) -> dict[tuple[int, str], int]:
    rows = InterfaceRow.objects.filter(cloud__in=clouds).values_list("cloud_id", "uuid", "pk")
    return {(cloud_id, uuid): pk for cloud_id, uuid, pk in rows}


def _stage_interfaces(
    cursor: CursorWrapper, snapshots: Sequence[NetworkSnapshot], hosts: Mapping[tuple[int, str], int]
) -> None:
    rows: dict[tuple[int, str], tuple[Any, ...]] = {}
    for snapshot in snapshots:
        roles, networks = defaultdict(set), defaultdict(set)
        for assigned in snapshot.interface_networks:
            roles[assigned.interface_uuid].add(assigned.network_type[:64])
        for served in snapshot.interface_datanetworks:
            networks[served.interface_uuid].add(served.datanetwork_name)
        for each in snapshot.interfaces:
            if (host := hosts.get((snapshot.cloud_id, each.host_uuid))) is not None:
                row = _interface(host, each, sorted(roles[each.uuid]), sorted(networks[each.uuid]))
                rows[snapshot.cloud_id, each.uuid] = row
    INTERFACES.stage(cursor, ((*key, *rows[key]) for key in sorted(rows)))


def _interface(host_id: int, each: Interface, roles: list[str], networks: list[str]) -> tuple[Any, ...]:
    """Columns of INTERFACES, in order."""
    return (
        host_id,
        each.ifname,
        each.iftype,
        each.ifclass,
        each.imtu,
        each.vlan_id,
        each.aemode,
        list(each.uses),
        list(each.used_by),
        roles,
        networks,
        each.sriov_numvfs,
        each.sriov_vf_driver,
        each.max_tx_rate,
        each.ptp_role,
    )


def _stage_ports(
    cursor: CursorWrapper,
    snapshots: Sequence[NetworkSnapshot],
    hosts: Mapping[tuple[int, str], int],
    interfaces: Mapping[tuple[int, str], int],
) -> None:
    rows: dict[tuple[int, str], tuple[Any, ...]] = {}
    for snapshot in snapshots:
        heard = {neighbour.port_uuid: neighbour for neighbour in snapshot.neighbours}
        for port in snapshot.ports:
            if (host := hosts.get((snapshot.cloud_id, port.host_uuid))) is not None:
                interface = interfaces.get((snapshot.cloud_id, port.interface_uuid))
                rows[snapshot.cloud_id, port.uuid] = _port(host, interface, port, heard.get(port.uuid))
    PORTS.stage(cursor, ((*key, *rows[key]) for key in sorted(rows)))


def _port(
    host_id: int, interface_id: int | None, port: EthernetPort, neighbour: LldpNeighbour | None
) -> tuple[Any, ...]:
    """Columns of PORTS, in order."""
    return (
        host_id,
        interface_id,
        port.name,
        port.pciaddr,
        port.pvendor,
        port.pdevice,
        port.driver,
        port.mac,
        port.mtu,
        port.speed,
        port.numa_node,
        port.dpdksupport,
        port.sriov_totalvfs,
        port.sriov_numvfs,
        port.sriov_vf_driver,
        neighbour.system_name if neighbour else "",
        neighbour.port_identifier if neighbour else "",
        (neighbour.updated_at or neighbour.created_at) if neighbour else None,
    )
