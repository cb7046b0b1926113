"""Interfaces and what joins them to networks and data networks."""

from __future__ import annotations

from simulator.hardware import HostSpec
from simulator.sysinv.site import Item, Site
from simulator.wiring import InterfaceSpec, interfaces

NETWORK_TYPES = ("oam", "mgmt", "cluster-host")
DATANETWORKS = (("physnet0", "vlan", 1500, None), ("physnet1", "flat", 9000, "fronthaul"))


def interface_row(site: Site, host: HostSpec, one: InterfaceSpec, *, detail: bool) -> Item:
    """`ifcapabilities` and `ports` only in detail; IP modes are absent for pci-sriov, as seen."""
    row: Item = {
        "uuid": one.uuid,
        "ifname": one.name,
        "iftype": one.kind,
        "imac": None if one.kind == "vf" else one.port.mac,
        "imtu": one.mtu,
        "ifclass": one.interface_class,
        "aemode": None,
        "schedpolicy": None,
        "txhashpolicy": None,
        "primary_reselect": None,
    }
    if detail:
        row["ifcapabilities"] = {}
    row["forihostid"] = host.id
    row["ihost_uuid"] = host.uuid
    if detail:
        row["ports"] = site.links("iinterfaces", one.uuid, "ports")
    row |= {
        "links": site.links("iinterfaces", one.uuid),
        "vlan_id": one.vlan_id,
        "uses": list(one.uses),
        "used_by": list(one.used_by),
    }
    if one.interface_class != "pci-sriov":
        row |= {"ipv4_mode": None, "ipv6_mode": None}
    return row | {
        "sriov_numvfs": one.numvfs,
        "sriov_vf_driver": one.vf_driver,
        "ptp_role": "none",
        "max_tx_rate": one.max_tx_rate,
        "max_rx_rate": None,
        "ovs_access": False,
        "channels": None,
        "sriov_vf_channels": None,
        **site.times(one.uuid),
    }


def iinterfaces(site: Site) -> list[Item]:
    return [interface_row(site, host, one, detail=False) for host in site.hosts for one in interfaces(site.cloud, host)]


def iinterfaces_detail(site: Site) -> list[Item]:
    return [interface_row(site, host, one, detail=True) for host in site.hosts for one in interfaces(site.cloud, host)]


def interface_networks(site: Site) -> list[Item]:
    rows: list[Item] = []
    for host in site.hosts:
        for one in interfaces(site.cloud, host):
            for network in one.networks:
                rows.append(
                    {
                        "id": len(rows) + 1,
                        "uuid": site.cloud.uuid("interface-network", one.uuid, network),
                        "forihostid": host.id,
                        "interface_uuid": one.uuid,
                        "ifname": one.name,
                        "network_id": NETWORK_TYPES.index(network) + 1,
                        "network_uuid": site.cloud.uuid("network", network),
                        "network_name": network,
                        "network_type": network,
                    }
                )
    return rows


def interface_datanetworks(site: Site) -> list[Item]:
    """No `network_type` here: it has to be joined from /datanetworks, as seen."""
    names = [name for name, *_ in DATANETWORKS]
    rows: list[Item] = []
    for host in site.hosts:
        for one in interfaces(site.cloud, host):
            if one.datanetwork is None:
                continue
            rows.append(
                {
                    "id": len(rows) + 1,
                    "uuid": site.cloud.uuid("interface-datanetwork", one.uuid),
                    "forihostid": host.id,
                    "interface_uuid": one.uuid,
                    "ifname": one.name,
                    "datanetwork_id": names.index(one.datanetwork) + 1,
                    "datanetwork_uuid": site.cloud.uuid("datanetwork", one.datanetwork),
                    "datanetwork_name": one.datanetwork,
                }
            )
    return rows


def datanetworks(site: Site) -> list[Item]:
    return [
        {
            "id": number,
            "uuid": site.cloud.uuid("datanetwork", name),
            "network_type": kind,
            "name": name,
            "description": description,
            "mtu": mtu,
            "multicast_group": None,
            "port_num": None,
            "ttl": None,
            "mode": None,
        }
        for number, (name, kind, mtu, description) in enumerate(DATANETWORKS, start=1)
    ]
