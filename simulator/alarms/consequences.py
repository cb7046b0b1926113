"""Alarms that follow from faults.

- A cable pulled from a port of a watched role raises the alarm of the port and that of its interface, for each
  platform network on it (100.106 to 100.111) or for data (100.112, 100.113); between the controllers of a duplex
  site also 400.005. A `pci-sriov` or unused port raises nothing, which is the hole of the real system.
- A lost OSD raises 800.001 and 800.011 where a replica is left, else 800.001 critical and 800.010; so do lost OSDs
  on both hosts of a group.
- A BMC that does not answer or refuses its account raises 200.010.
- A host without services beside one that has them raises 200.004 and, for each service group, 400.002; its OSDs are
  lost as well (model.py).
- After a power loss Ceph recovers for ten minutes (divided by --speed): 800.001.
They are raised at once: the real latencies (10 s for ports, 60 s for Ceph) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.alarms.alarm import Episode, make
from simulator.alarms.conditions import osd_hosts
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.power import BOOT_SECONDS
from simulator.wiring import InterfaceSpec, interfaces
from simulator.world import World

RECOVERY_SECONDS = 600.0
SERVICE_GROUPS = ("cloud-services", "vim-services")
PORT_ALARMS = {
    "oam": ("100.106", "100.107"),
    "mgmt": ("100.108", "100.109"),
    "cluster-host": ("100.110", "100.111"),
    "data": ("100.112", "100.113"),
}


def episodes(world: World, cloud: Cloud, faults: list[Fault]) -> Iterator[Episode]:
    """Every alarm that followed, follows or will follow from one of these faults."""
    for fault in faults:
        if fault.kind == "cable-pulled":
            yield from pulled(cloud, fault)
        elif fault.kind == "osd-lost":
            yield from osd_lost(cloud, fault)
            yield from group_lost(cloud, fault, faults)
        elif fault.kind == "power-loss":
            yield from recovering(world, cloud, fault)
        elif fault.kind in ("bmc-unreachable", "bmc-bad-credentials"):
            yield from bmc_lost(cloud, fault)
    if len(cloud.hosts) > 1:
        yield from hosts_down(world, cloud)


def bmc_lost(cloud: Cloud, fault: Fault) -> Iterator[Episode]:
    for host in cloud.hosts:
        if fault.options["host"] in (None, host.hostname):
            yield Episode(make(cloud, "200.010", "warning", fault.since, host=host.hostname), fault.until)


def hosts_down(world: World, cloud: Cloud) -> Iterator[Episode]:
    for hostname, power in world.power.touched(cloud).items():
        for start, end in power.down:
            yield Episode(make(cloud, "200.004", "critical", start, host=hostname), end)
            for group in SERVICE_GROUPS:
                yield Episode(make(cloud, "400.002", "major", start, group=group), end)


def pulled(cloud: Cloud, fault: Fault) -> Iterator[Episode]:
    host = cloud.host(str(fault.options["host"]))
    port = host.port(str(fault.options["port"])) if host else None
    if host is None or port is None or port.switch is None:
        return
    for one in interfaces(cloud, host):
        if one.port is port:
            yield from interface_down(cloud, host.hostname, one, fault)


def interface_down(cloud: Cloud, hostname: str, one: InterfaceSpec, fault: Fault) -> Iterator[Episode]:
    if one.interface_class == "pci-sriov":
        return
    duplex = len(cloud.hosts) > 1
    for network in one.networks or ("data",):
        port_alarm, interface_alarm = PORT_ALARMS[network]
        yield Episode(make(cloud, port_alarm, "major", fault.since, host=hostname, port=one.port.name), fault.until)
        yield Episode(
            make(
                cloud, interface_alarm, "critical", fault.since, host=hostname, interface=one.name, condition="failed"
            ),
            fault.until,
        )
        if duplex and one.networks:
            yield Episode(make(cloud, "400.005", "major", fault.since, host=hostname, network=network), fault.until)


def osd_lost(cloud: Cloud, fault: Fault) -> Iterator[Episode]:
    hosts, osd = osd_hosts(cloud), int(fault.options["osd"])
    if osd not in range(len(hosts)):
        return
    fsid = cloud.uuid("ceph-fsid")
    redundant = len(set(hosts)) > 1
    yield Episode(
        make(
            cloud,
            "800.001",
            "warning" if redundant else "critical",
            fault.since,
            fsid=fsid,
            health="HEALTH_WARN" if redundant else "HEALTH_ERR",
            detail=f"osd.{osd} is down",
        ),
        fault.until,
    )
    if redundant:
        yield Episode(make(cloud, "800.011", "major", fault.since, fsid=fsid, host=hosts[osd]), fault.until)
    else:
        yield Episode(make(cloud, "800.010", "critical", fault.since, fsid=fsid), fault.until)


def group_lost(cloud: Cloud, fault: Fault, others: list[Fault]) -> Iterator[Episode]:
    """Both hosts of a replication group without their OSDs, as long as the two faults overlap."""
    hosts, osd = osd_hosts(cloud), int(fault.options["osd"])
    for other in others:
        second = int(other.options["osd"]) if other.kind == "osd-lost" else -1
        if other.id >= fault.id or not {osd, second} <= set(range(len(hosts))) or hosts[osd] == hosts[second]:
            continue
        start = max(fault.since, other.since)
        end = min((until for until in (fault.until, other.until) if until is not None), default=None)
        if end is None or start < end:
            fsid = cloud.uuid("ceph-fsid")
            yield Episode(
                make(
                    cloud,
                    "800.001",
                    "critical",
                    start,
                    fsid=fsid,
                    health="HEALTH_ERR",
                    detail=f"osd.{second} and osd.{osd} are down",
                ),
                end,
            )
            yield Episode(make(cloud, "800.010", "critical", start, fsid=fsid), end)


def recovering(world: World, cloud: Cloud, fault: Fault) -> Iterator[Episode]:
    if cloud.ceph == "none" or fault.until is None:
        return
    start = fault.until + world.clock.scaled(BOOT_SECONDS)
    yield Episode(
        make(
            cloud,
            "800.001",
            "warning",
            start,
            fsid=cloud.uuid("ceph-fsid"),
            health="HEALTH_WARN",
            detail="placement groups are recovering",
        ),
        start + world.clock.scaled(RECOVERY_SECONDS),
    )
