"""The conditions of a site, put together for sysinv's bodies."""

from __future__ import annotations

from simulator.alarms.conditions import Conditions, osds_lost, ports_down, restored_at
from simulator.alarms.model import StandingAlarms
from simulator.alarms.snapshot import Snapshot
from simulator.fleet import Cloud

OUT_OF_DATE = "250.001"
SENSOR = "200.007"


def conditions(model: StandingAlarms, cloud: Cloud, at: float) -> Conditions:
    """Inventory agrees with the alarms: a host is degraded, out of date, or has a bad sensor, if one says so."""
    world, snapshot = model.world, model.snapshot(cloud, at)
    return Conditions(
        speed=world.clock.speed, ports_down=ports_down(world, cloud, at), osds_lost=osds_lost(world, cloud, at),
        locked=model.hosts.locked(cloud, at), booted=model.hosts.booted(cloud), sensors=bad_sensors(snapshot),
        degraded=frozenset(filter(None, (host_in(alarm.entity_instance_id) for alarm in snapshot.alarms
                                         if alarm.degrade_affecting))),
        outdated=frozenset(filter(None, (host_in(alarm.entity_instance_id) for alarm in snapshot.alarms
                                         if alarm.alarm_id == OUT_OF_DATE))),
        swacts=model.hosts.swacts(cloud, at), restored_at=restored_at(world, cloud, at),
    )


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
