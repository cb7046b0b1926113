"""Ports: `/ports` (short) and `/ethernet_ports` (with MAC, speed). Neither says whether there is a link."""

from __future__ import annotations

from simulator.hardware import HostSpec, PortSpec
from simulator.sysinv.site import Item, Site
from simulator.wiring import interfaces

VENDOR_IDS = {"Intel Corporation": "8086"}
DEVICE_IDS = {"Ethernet Controller X550": "1563", "Ethernet Controller E810-XXV for SFP": "159b"}
SUBSYSTEMS = {
    "ixgbe": "Ethernet Converged Network Adapter X550-T2 [0001]",
    "ice": "Ethernet Network Adapter E810-XXV-2 [0005]",
}


def vf_addresses(port: PortSpec) -> list[str]:
    """PCI addresses of the virtual functions: eight to a device, from device 1 (or 17 for the second port)."""
    bus, function = port.pci_address.rpartition(":")[0], int(port.pci_address[-1])
    first = 1 + 16 * function
    return [f"{bus}:{first + index // 8:02x}.{index % 8}" for index in range(port.sriov_numvfs)]


def shared_part(port: PortSpec) -> Item:
    """What both resources show before they part."""
    vendor = f"{port.vendor} [{VENDOR_IDS.get(port.vendor, '0000')}]"
    return {
        "uuid": port.uuid,
        "type": "ethernet",
        "name": port.name,
        "namedisplay": None,
        "pciaddr": port.pci_address,
        "dev_id": 0,
        "pclass": "Ethernet controller",
        "pvendor": vendor,
        "pdevice": f"{port.device} [{DEVICE_IDS.get(port.device, '0000')}]",
        "psvendor": vendor,
        "psdevice": SUBSYSTEMS.get(port.driver, ""),
        "numa_node": port.numa_node,
        "sriov_totalvfs": port.sriov_totalvfs,
        "sriov_numvfs": port.sriov_numvfs,
        "sriov_vfs_pci_address": ",".join(vf_addresses(port)),
        "sriov_vf_driver": "iavf" if port.sriov_numvfs else None,
        "sriov_vf_pdevice_id": "1889" if port.sriov_numvfs else None,
        "driver": port.driver,
    }


def tail_part(site: Site, host: HostSpec, port: PortSpec, interface: str | None) -> Item:
    return {
        "capabilities": {},
        "numchannels": 16,
        "maxchannels": 64 if port.speed < 25000 else 128,
        "sriov_vf_numchannels": None,
        "sriov_vf_maxchannels": None,
        "dpdksupport": port.dpdk,
        "host_uuid": host.uuid,
        "interface_uuid": interface,
        "node_uuid": site.cloud.uuid(host.hostname, "node", port.numa_node),
    }


def interface_by_port(site: Site, host: HostSpec) -> dict[str, str]:
    """Port name -> uuid of the interface directly on it."""
    return {one.port.name: one.uuid for one in interfaces(site.cloud, host) if one.kind == "ethernet"}


def ports(site: Site) -> list[Item]:
    return [short_row(site, host, port, joined.get(port.name)) for host, joined in by_host(site) for port in host.ports]


def short_row(site: Site, host: HostSpec, port: PortSpec, interface: str | None) -> Item:
    return {
        **shared_part(port),
        **tail_part(site, host, port, interface),
        "links": site.links("ports", port.uuid),
        "lldp_agents": site.links("ports", port.uuid, "lldp_agents"),
        "lldp_neighbours": site.links("ports", port.uuid, "lldp_neighbours"),
        **site.times(port.uuid),
    }


def ethernet_ports(site: Site) -> list[Item]:
    """`speed` is the fastest supported one when the link is down, so it never tells of a pulled cable."""
    return [
        ethernet_row(site, host, port, joined.get(port.name)) for host, joined in by_host(site) for port in host.ports
    ]


def ethernet_row(site: Site, host: HostSpec, port: PortSpec, interface: str | None) -> Item:
    return {
        **shared_part(port),
        "mac": port.mac,
        "mtu": 1500,
        "speed": port.speed,
        "link_mode": 0,
        "duplex": None,
        "autoneg": None,
        "bootp": "True" if "mgmt" in port.networks else None,
        **tail_part(site, host, port, interface),
        "links": site.links("ethernet_ports", port.uuid),
        **site.times(port.uuid),
    }


def by_host(site: Site) -> list[tuple[HostSpec, dict[str, str]]]:
    """Each host with its interfaces by port."""
    return [(host, interface_by_port(site, host)) for host in site.hosts]
