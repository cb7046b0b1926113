"""Hosts: `/ihosts`, short in the list, with references to their sub-collections when asked for one."""

from __future__ import annotations

from simulator.bmc_accounts import BMC_USER
from simulator.hardware import HostSpec
from simulator.identity import stable_fraction
from simulator.sysinv.site import Item, Site

HOST_COLLECTIONS = (
    "iinterfaces",
    "ports",
    "ethernet_ports",
    "inodes",
    "icpus",
    "imemorys",
    "istors",
    "idisks",
    "partitions",
    "ceph_mon",
    "ipvs",
    "ilvgs",
    "host_fs",
    "kube_update_ca",
    "isensors",
    "isensorgroups",
    "pci_devices",
    "lldp_agents",
    "lldp_neighbours",
    "labels",
)
ROOT_DISK = "/dev/disk/by-path/pci-0000:00:17.0-ata-1.0"


def active_controller(site: Site) -> str:
    """The controller that carries the services; a locked one hands over to its peer."""
    names = [host.hostname for host in site.hosts]
    if len(names) == 1:
        return names[0]
    first = 0 if stable_fraction(site.cloud.seed, "active") < 0.8 else 1
    active = names[(first + site.conditions.swacts) % 2]
    standby = names[1 - names.index(active)]
    idle = site.conditions.locked.keys() | site.conditions.down.keys()
    return standby if active in idle and standby not in idle else active


def host_state(site: Site, host: HostSpec) -> tuple[str, str, str]:
    """(administrative, operational, availability)."""
    if host.hostname in site.conditions.locked:
        dark, down = host.hostname in site.conditions.dark, host.hostname in site.conditions.down
        return "locked", "disabled", "power-off" if dark else "offline" if down else "online"
    if host.hostname in site.conditions.down:
        return "unlocked", "disabled", "offline"
    return "unlocked", "enabled", "degraded" if host.hostname in site.conditions.degraded else "available"


def uptime(site: Site, host: HostSpec) -> int:
    """Seconds since the last start: weeks by default, since power or an unlock gave the host its last one."""
    age = site.epoch - min(site.cloud.age, 86400 * (3 + 60 * stable_fraction(site.cloud.seed, host.id, "boot")))
    booted = max(age, site.conditions.restored_at or age, site.conditions.booted.get(host.hostname, age))
    return max(0, int(site.at - booted))


def capabilities(site: Site, host: HostSpec) -> Item:
    active = host.hostname == active_controller(site)
    return {
        "stor_function": "monitor",
        "is_max_cpu_configurable": "configurable",
        "mgmt_ipsec": "enabled",
        "Personality": "Controller-Active" if active else "Controller-Standby",
    }


def identity_part(site: Site, host: HostSpec) -> Item:
    administrative, operational, availability = host_state(site, host)
    config = site.cloud.uuid(host.hostname, "config")
    locked, outdated = administrative == "locked", host.hostname in site.conditions.outdated
    return {
        "id": host.id,
        "uuid": host.uuid,
        "hostname": host.hostname,
        "invprovision": "provisioned",
        "mgmt_mac": mgmt_mac(host),
        "mgmt_ip": host.mgmt_ip,
        "bm_ip": host.bm_ip,
        "bm_type": "redfish",
        "bm_username": BMC_USER,
        "personality": host.personality,
        "subfunctions": host.subfunctions,
        "subfunction_oper": operational,
        "subfunction_avail": availability,
        "serialid": None,
        "administrative": administrative,
        "operational": operational,
        "availability": availability,
        "action": "none",
        "ihost_action": "lock" if locked else "",
        "inv_state": "inventoried",
        "vim_progress_status": "services-disabled" if locked else "services-enabled",
        "task": "",
        "mtce_info": None,
        "reserved": False,
        "config_status": "Config out-of-date" if outdated else None,
        "config_applied": config,
        "config_target": site.cloud.uuid(host.hostname, "next config") if outdated else config,
        "clock_synchronization": "ptp",
        "uptime": uptime(site, host),
        "location": {"locn": f"rack {1 + int(site.cloud.hex('rack')[0], 16)}"},
        "capabilities": capabilities(site, host),
    }


def mgmt_mac(host: HostSpec) -> str:
    return next((port.mac for port in host.ports if "mgmt" in port.networks), host.ports[0].mac)


def install_part(site: Site, host: HostSpec) -> Item:
    nvme = site.cloud.uuid(host.hostname, "nvme")
    return {
        "boot_device": ROOT_DISK,
        "rootfs_device": ROOT_DISK,
        "hw_settle": "0",
        "install_output": "text",
        "console": "ttyS0,115200",
        "tboot": "false",
        "ttys_dcd": False,
        "apparmor": "disabled",
        "install_state": "completed",
        "install_state_info": None,
        "max_cpu_mhz_configured": "",
        "min_cpu_mhz_allowed": "800",
        "max_cpu_mhz_allowed": "3500",
        "cstates_available": "POLL,C1,C1E,C6",
        "iscsi_initiator_name": f"iqn.2018-05.io.starlingx:{nvme[:12].replace('-', '')}",
        "nvme_host_id": nvme,
        "nvme_host_nqn": f"nqn.2014-08.org.nvmexpress:uuid:{nvme}",
        "device_image_update": None,
        "reboot_needed": False,
        "sw_version": site.cloud.software.version,
        "created_at": site.created(host.uuid),
        "updated_at": site.updated(host.uuid),
    }


def ihosts(site: Site) -> list[Item]:
    system = site.cloud.uuid("system")
    return [
        {
            **identity_part(site, host),
            "isystem_uuid": system,
            "peers": peers(site),
            "links": site.links("ihosts", host.uuid),
            **install_part(site, host),
        }
        for host in site.hosts
    ]


def ihosts_one(site: Site) -> list[Item]:
    """Each host as a request for it alone shows it."""
    system = site.cloud.uuid("system")
    rows = []
    for host in site.hosts:
        references = {name: site.links("ihosts", host.uuid, name) for name in HOST_COLLECTIONS}
        rows.append(
            {
                **identity_part(site, host),
                "forisystemid": 1,
                "isystem_uuid": system,
                "peers": peers(site),
                "links": site.links("ihosts", host.uuid),
                **references,
                **install_part(site, host),
            }
        )
    return rows


def peers(site: Site) -> Item | None:
    """The replication group of hosts with Ceph disks."""
    if site.cloud.ceph == "none":
        return None
    return {"name": "group-0", "hosts": [host.hostname for host in site.hosts]}
