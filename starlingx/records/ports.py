"""Network ports, interfaces and what they are wired to, as sysinv tells (starlingx-platform.md 2.4 to 2.6, 2.14).

None of this is link state: `speed` stays on a dead link, and an LLDP agent's status is configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.rows import Row


@dataclass(frozen=True, slots=True)
class EthernetPort:
    """A physical function of a NIC. `speed` in Mbit/s, `mtu` in bytes; `interface_uuid` is empty when unused."""

    uuid: str
    host_uuid: str
    interface_uuid: str
    name: str
    namedisplay: str
    mac: str
    pciaddr: str
    dev_id: int | None
    pclass: str
    pvendor: str
    pdevice: str
    psvendor: str
    psdevice: str
    driver: str
    numa_node: int | None
    mtu: int | None
    speed: int | None
    sriov_totalvfs: int | None
    sriov_numvfs: int | None
    sriov_vfs_pci_address: tuple[str, ...]
    sriov_vf_driver: str
    sriov_vf_pdevice_id: str
    dpdksupport: bool | None
    bootp: bool | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, host_uuid, name."""
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.identity("host_uuid"),
            interface_uuid=row.text("interface_uuid"),
            name=row.identity("name"),
            namedisplay=row.text("namedisplay"),
            mac=row.text("mac"),
            pciaddr=row.text("pciaddr"),
            dev_id=row.count("dev_id"),
            pclass=row.text("pclass"),
            pvendor=row.text("pvendor"),
            pdevice=row.text("pdevice"),
            psvendor=row.text("psvendor"),
            psdevice=row.text("psdevice"),
            driver=row.text("driver"),
            numa_node=row.count("numa_node"),
            mtu=row.count("mtu"),
            speed=row.count("speed"),
            sriov_totalvfs=row.count("sriov_totalvfs"),
            sriov_numvfs=row.count("sriov_numvfs"),
            sriov_vfs_pci_address=row.texts("sriov_vfs_pci_address"),
            sriov_vf_driver=row.text("sriov_vf_driver"),
            sriov_vf_pdevice_id=row.text("sriov_vf_pdevice_id"),
            dpdksupport=row.flag("dpdksupport"),
            bootp=row.flag("bootp"),
            created_at=row.moment("created_at"),
            updated_at=row.moment("updated_at"),
        )


@dataclass(frozen=True, slots=True)
class Interface:
    """What a host makes of its ports: `uses` and `used_by` name the interfaces below and above. Rates in Mbit/s."""

    uuid: str
    host_uuid: str
    ifname: str
    iftype: str
    ifclass: str
    imac: str
    imtu: int | None
    vlan_id: int | None
    aemode: str
    txhashpolicy: str
    primary_reselect: str
    uses: tuple[str, ...]
    used_by: tuple[str, ...]
    ipv4_mode: str
    ipv6_mode: str
    sriov_numvfs: int | None
    sriov_vf_driver: str
    max_tx_rate: int | None
    max_rx_rate: int | None
    ptp_role: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, ihost_uuid, ifname. The address modes are absent on pci-sriov interfaces."""
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.identity("ihost_uuid"),
            ifname=row.identity("ifname"),
            iftype=row.text("iftype"),
            ifclass=row.text("ifclass"),
            imac=row.text("imac"),
            imtu=row.count("imtu"),
            vlan_id=row.count("vlan_id"),
            aemode=row.text("aemode"),
            txhashpolicy=row.text("txhashpolicy"),
            primary_reselect=row.text("primary_reselect"),
            uses=row.texts("uses"),
            used_by=row.texts("used_by"),
            ipv4_mode=row.text("ipv4_mode"),
            ipv6_mode=row.text("ipv6_mode"),
            sriov_numvfs=row.count("sriov_numvfs"),
            sriov_vf_driver=row.text("sriov_vf_driver"),
            max_tx_rate=row.count("max_tx_rate"),
            max_rx_rate=row.count("max_rx_rate"),
            ptp_role=row.text("ptp_role"),
            created_at=row.moment("created_at"),
            updated_at=row.moment("updated_at"),
        )


@dataclass(frozen=True, slots=True)
class InterfaceNetwork:
    """The platform role of an interface: mgmt, oam, cluster-host, admin …"""

    uuid: str
    interface_uuid: str
    ifname: str
    network_uuid: str
    network_name: str
    network_type: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, interface_uuid."""
        return cls(
            uuid=row.identity("uuid"),
            interface_uuid=row.identity("interface_uuid"),
            ifname=row.text("ifname"),
            network_uuid=row.text("network_uuid"),
            network_name=row.text("network_name"),
            network_type=row.text("network_type"),
        )


@dataclass(frozen=True, slots=True)
class InterfaceDataNetwork:
    """Which data network an interface serves. Its type is on the `DataNetwork`: join by `datanetwork_uuid`."""

    uuid: str
    interface_uuid: str
    ifname: str
    datanetwork_uuid: str
    datanetwork_name: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, interface_uuid."""
        return cls(
            uuid=row.identity("uuid"),
            interface_uuid=row.identity("interface_uuid"),
            ifname=row.text("ifname"),
            datanetwork_uuid=row.text("datanetwork_uuid"),
            datanetwork_name=row.text("datanetwork_name"),
        )


@dataclass(frozen=True, slots=True)
class DataNetwork:
    """A network for workloads: flat, vlan or vxlan."""

    uuid: str
    name: str
    network_type: str
    mtu: int | None
    description: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, name."""
        return cls(
            uuid=row.identity("uuid"),
            name=row.identity("name"),
            network_type=row.text("network_type"),
            mtu=row.count("mtu"),
            description=row.text("description"),
        )
