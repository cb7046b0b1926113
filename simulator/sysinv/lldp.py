"""LLDP: our own agents, and the switches seen by the ports that have a link.

A neighbour vanishes when its port loses the link, after its time to live and the next audit; its `status` field
does not exist, and an agent's status says nothing about carrier (both as seen).
"""

from __future__ import annotations

from simulator.hardware import HostSpec, PortSpec
from simulator.sysinv.site import Item, Site

TTL = 120
AUDIT = 300.0
# description, vendor part of the chassis MAC, how its ports are named
SWITCHES = (
    ("Arista Networks EOS version 4.32.2F running on an Arista Networks DCS-7050SX3-48YC8", "44:4c:a8", "Ethernet{}"),
    ("Cisco NX-OS(tm) n9000, Software (n9000-dk9), Version 10.4(3)", "a0:b4:39", "Ethernet1/{}"),
    ("Juniper Networks, Inc. qfx5120-48y-8c Ethernet Switch, kernel JUNOS 23.4R2", "ec:3e:f7", "et-0/0/{}"),
    (
        "SONiC Software Version: SONiC.202411 - HwSku: DellEMC-S5248f - Distribution: Debian 12",
        "3c:2c:30",
        "Ethernet{}",
    ),
)


def visible(site: Site, host: HostSpec, port: PortSpec) -> bool:
    """Does the agent still list the far end of this port?"""
    if port.switch is None:
        return False
    down_since = site.conditions.ports_down.get((host.hostname, port.name))
    return down_since is None or site.at < down_since + site.conditions.scaled(TTL + AUDIT)


def switch_of(site: Site, port: PortSpec) -> Item:
    """Name, chassis and address of the leaf a port is cabled to, and the port there in its vendor's words."""
    cloud = site.cloud
    leaf = str(port.switch).split(".", 1)[0]
    description, vendor, naming = SWITCHES[int(cloud.hex("switch-model")[0], 16) % len(SWITCHES)]
    digits = cloud.hex("switch", leaf)
    subnet = int(cloud.hex("switch-subnet")[:2], 16)
    return {
        "name": f"{leaf}.{cloud.name}.example.net",
        "description": description,
        "chassis": f"{vendor}:{digits[0:2]}:{digits[2:4]}:{digits[4:6]}",
        "port": naming.format(str(port.switch_port).rpartition("/")[2]),
        "address": f"10.30.{subnet}.{1 if leaf.endswith('a') else 2}",
    }


def lldp_neighbours(site: Site) -> list[Item]:
    return [neighbour(site, host, port) for host in site.hosts for port in host.ports if visible(site, host, port)]


def lldp_neighbours_one(site: Site) -> list[Item]:
    return [with_values(site, "lldp_neighbours", row) for row in lldp_neighbours(site)]


def with_values(site: Site, resource: str, row: Item) -> Item:
    """One row alone refers to its single values, too, behind its own references."""
    found: Item = {}
    for key, value in row.items():
        found[key] = value
        if key == "links":
            found["tlvs"] = site.links(resource, row["uuid"], "tlvs")
    return found


def neighbour(site: Site, host: HostSpec, port: PortSpec) -> Item:
    """All values of the TLVs are strings, numbers too, as seen."""
    switch = switch_of(site, port)
    uuid = site.cloud.uuid("lldp-neighbour", port.uuid)
    return {
        "uuid": uuid,
        "msap": f"{switch['chassis']},{switch['port']}",
        "host_uuid": host.uuid,
        "port_uuid": port.uuid,
        "port_name": port.name,
        "port_namedisplay": None,
        "links": site.links("lldp_neighbours", uuid),
        "chassis_id": switch["chassis"],
        "system_description": switch["description"],
        "system_name": switch["name"],
        "system_capabilities": "bridge, router",
        "management_address": switch["address"],
        "port_identifier": switch["port"],
        "port_description": f"{site.cloud.name} {host.hostname} {port.name}",
        "dot1_lag": None,
        "dot1_port_vid": str(port_vlan(port)),
        "dot1_vid_digest": None,
        "dot1_management_vid": None,
        "dot1_vlan_names": None,
        "dot1_proto_vids": None,
        "dot1_proto_ids": None,
        "dot3_mac_status": None,
        "dot3_max_frame": "9216",
        "dot3_power_mdi": None,
        "ttl": str(TTL),
        **site.times(uuid),
    }


def port_vlan(port: PortSpec) -> int:
    return {"oam": 10, "mgmt": 100}.get(port.role, 1)


def lldp_agents(site: Site) -> list[Item]:
    return [agent(site, host, port) for host in site.hosts for port in host.ports]


def lldp_agents_one(site: Site) -> list[Item]:
    return [with_values(site, "lldp_agents", row) for row in lldp_agents(site)]


def agent(site: Site, host: HostSpec, port: PortSpec) -> Item:
    uuid = site.cloud.uuid("lldp-agent", port.uuid)
    return {
        "uuid": uuid,
        "status": "rx=enabled,tx=enabled",
        "host_uuid": host.uuid,
        "port_uuid": port.uuid,
        "port_name": port.name,
        "port_namedisplay": None,
        "links": site.links("lldp_agents", uuid),
        "chassis_id": host.ports[0].mac,
        "port_identifier": port.mac,
        "port_description": port.name,
        "system_description": "StarlingX",
        "system_name": f"{host.hostname}:{site.cloud.name}",
        "system_capabilities": "bridge, router",
        "management_address": host.mgmt_ip,
        "ttl": str(TTL),
        "dot1_lag": None,
        "dot1_vlan_names": None,
        "dot3_mac_status": None,
        "dot3_max_frame": "1500",
        **site.times(uuid),
    }
