"""The conditions of a site, put together for sysinv's bodies."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.alarms.alarm import Alarm
from simulator.alarms.conditions import Conditions, osds_lost, ports_down, restored_at
from simulator.alarms.model import StandingAlarms
from simulator.alarms.snapshot import Snapshot
from simulator.fleet import Cloud
from simulator.power import BOOT_SECONDS
from simulator.world import World

OUT_OF_DATE = "250.001"
SENSOR = "200.007"


def conditions(model: StandingAlarms, cloud: Cloud, at: float) -> Conditions:
    """Inventory agrees with the alarms: a host is degraded, out of date, or has a bad sensor, if one says so."""
    clock, snapshot, troubles = model.world.clock, model.snapshot(cloud, at), model.troubles(cloud, at)
    return Conditions(
        speed=clock.speed,
        ports_down=ports_down(troubles, at),
        osds_lost=osds_lost(cloud, troubles, at),
        locked=model.hosts.locked(cloud, at),
        down=model.world.power.down(cloud, at),
        dark=frozenset(name for name, power in model.world.power.touched(cloud).items() if not power.on(at)),
        booted=booted(model.world, cloud),
        sensors=bad_sensors(snapshot),
        apps=troubled_apps(snapshot),
        expiries=expiries(snapshot),
        degraded=hosts_of(alarm for alarm in snapshot.alarms if alarm.degrade_affecting),
        outdated=hosts_of(alarm for alarm in snapshot.alarms if alarm.alarm_id == OUT_OF_DATE),
        swacts=model.hosts.swacts(cloud, at),
        restored_at=restored_at(troubles, clock.scaled(BOOT_SECONDS), at),
    )


def booted(world: World, cloud: Cloud) -> dict[str, float]:
    """When hosts last started."""
    hosts = world.power.touched(cloud)
    return {name: power.booted_at for name, power in hosts.items() if power.booted_at is not None}


def hosts_of(alarms: Iterable[Alarm]) -> frozenset[str]:
    return frozenset(filter(None, (host_in(alarm.entity_instance_id) for alarm in alarms)))


def host_in(entity: str) -> str:
    """The host an entity belongs to, wherever it stands in it; empty for none."""
    for part in entity.split("."):
        if part.startswith("host="):
            return part[5:]
    return ""


def bad_sensors(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    found = {}
    for alarm in snapshot.alarms:
        if alarm.alarm_id == SENSOR:
            host, _, sensor = alarm.entity_instance_id.removeprefix("host=").partition(".sensor=")
            found[(host, sensor)] = alarm.severity
    return found


def troubled_apps(snapshot: Snapshot) -> dict[str, str]:
    return {
        alarm.entity_instance_id.removeprefix("k8s_application="): alarm.alarm_id
        for alarm in snapshot.alarms
        if alarm.alarm_id.startswith("750.")
    }


def expiries(snapshot: Snapshot) -> dict[str, float]:
    """Certificate mode -> when it runs out: 30 days after the warning, or when the alarm was raised."""
    found = {}
    for alarm in snapshot.alarms:
        if alarm.alarm_id in ("500.200", "500.210"):
            mode = alarm.entity_instance_id.removeprefix("system.certificate.mode=")
            found[mode] = alarm.raised_at + (30 * 86400.0 if alarm.alarm_id == "500.200" else 0.0)
    return found
