"""The system itself: `/isystems`, its networks, address pools and OAM addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from simulator.sysinv.interfaces import NETWORK_TYPES
from simulator.sysinv.site import Item, Site

SECURITY = "spectre_meltdown_v1"
OAM_STEP = 85 * 256  # from a site's floating address to that of its first controller, then to its second


def system_row(site: Site, *, one: bool) -> Item:
    """`services` and `ihosts` only when asked for one, as seen."""
    cloud = site.cloud
    uuid = cloud.uuid("system")
    row: Item = {
        "uuid": uuid,
        "name": cloud.name,
        "system_type": "All-in-one",
        "system_mode": cloud.system_mode,
        "description": f"{cloud.city.name}, {cloud.city.country}",
        "contact": "noc@example.net",
        "location": f"{cloud.city.name}, {cloud.city.country}",
        "latitude": cloud.latitude,
        "longitude": cloud.longitude,
    }
    if one:
        row["services"] = 72
    row |= {
        "software_version": cloud.software.version,
        "timezone": cloud.timezone or "UTC",
        "links": site.links("isystems", uuid),
    }
    if one:
        row["ihosts"] = site.links("isystems", uuid, "ihosts")
    return row | {
        "capabilities": {
            "region_config": cloud.kind == "subcloud",
            "sdn_enabled": False,
            "shared_services": "[]",
            "bm_region": "External",
            "vswitch_type": "none",
            "https_enabled": True,
        },
        "region_name": cloud.region_name,
        "distributed_cloud_role": "subcloud" if cloud.kind == "subcloud" else "systemcontroller",
        "service_project_name": "services",
        "security_feature": SECURITY,
        **site.times(uuid),
    }


def isystems(site: Site) -> list[Item]:
    return [system_row(site, one=False)]


def isystems_one(site: Site) -> list[Item]:
    return [system_row(site, one=True)]


def networks(site: Site) -> list[Item]:
    pools = {row["name"]: row for row in addrpools(site)}
    return [
        {
            "id": number,
            "uuid": site.cloud.uuid("network", kind),
            "type": kind,
            "name": kind,
            "dynamic": kind != "oam",
            "pool_uuid": pools[kind]["uuid"],
            "primary_pool_family": f"IPv{pools[kind]['family']}",
        }
        for number, kind in enumerate(NETWORK_TYPES, start=1)
    ]


def subnets(site: Site) -> dict[str, str]:
    """The subnet of each platform network. All sites of a controller share one OAM subnet, with floating addresses
    in its lower part; the cluster-host one is the same private range everywhere."""
    addressing = site.cloud.addressing
    oam = ip_network(f"{addressing.oam_floating}/16", strict=False)
    return {"oam": str(oam), "mgmt": addressing.subnet, "cluster-host": "192.168.206.0/24"}


def addrpools(site: Site) -> list[Item]:
    rows = []
    for name, subnet in subnets(site).items():
        network = ip_network(subnet)
        first = network.network_address + 2
        floating, step = (ip_address(site.cloud.addressing.oam_floating), OAM_STEP) if name == "oam" else (first, 1)
        addresses = {
            "controller0": floating + step,
            "controller1": floating + 2 * step,
            "floating": floating,
            "gateway": network.network_address + 1,
        }
        row: Item = {
            "uuid": site.cloud.uuid("pool", name),
            "name": name,
            "network": str(network.network_address),
            "prefix": network.prefixlen,
            "family": network.version,
            "order": "random",
        }
        for role, address in addresses.items():
            row[f"{role}_address"] = str(address)
            row[f"{role}_address_id"] = None
        row["ranges"] = [[str(first), str(network.network_address + (90 if step == 1 else 65000))]]
        rows.append(row)
    return rows


def iextoam(site: Site) -> list[Item]:
    pool = next(row for row in addrpools(site) if row["name"] == "oam")
    uuid = site.cloud.uuid("network", "oam")
    ((start, end),) = pool["ranges"]
    return [
        {
            "uuid": uuid,
            "oam_subnet": f"{pool['network']}/{pool['prefix']}",
            "oam_gateway_ip": pool["gateway_address"],
            "oam_floating_ip": pool["floating_address"],
            "oam_c0_ip": pool["controller0_address"],
            "oam_c1_ip": pool["controller1_address"],
            "oam_start_ip": start,
            "oam_end_ip": end,
            "region_config": site.cloud.kind == "subcloud",
            "isystem_uuid": site.cloud.uuid("system"),
            "links": site.links("iextoams", uuid),
            **site.times(uuid),
        }
    ]
