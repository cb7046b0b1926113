"""Sensors a board management controller reports. The value itself is not shown, only its status."""

from __future__ import annotations

from simulator.hardware import HostSpec
from simulator.sysinv.site import Item, Site

# name, type, group; analogue where there is a group
SENSORS = (
    ("Inlet Temp", "temperature", "server temperature"),
    ("CPU1 Temp", "temperature", "server temperature"),
    ("CPU2 Temp", "temperature", "server temperature"),
    ("PS1 Input Power", "power", "server power"),
    ("PS2 Input Power", "power", "server power"),
    ("Fan 1", "fan", None),
    ("Fan 2", "fan", None),
    ("Fan 3", "fan", None),
    ("Fan 4", "fan", None),
)
GROUPS = (("server temperature", "temperature", "degrees", "75"), ("server power", "power", "watts", "900"))
ACTIONS = "ignore,log,alarm"


def isensors(site: Site) -> list[Item]:
    return [sensor(site, host, name, kind, group) for host in site.hosts for name, kind, group in SENSORS]


def sensor(site: Site, host: HostSpec, name: str, kind: str, group: str | None) -> Item:
    """Units and thresholds are absent for discrete sensors, as seen."""
    uuid = site.cloud.uuid("sensor", host.hostname, name)
    row: Item = {
        "uuid": uuid,
        "sensorname": name,
        "path": "",
        "sensortype": kind,
        "datatype": "analog" if group else "discrete",
        "status": site.conditions.sensors.get((host.hostname, name), "ok"),
        "state": "enabled",
        "state_requested": None,
        "audit_interval": 300,
        "algorithm": "debounce-1.v1",
        "actions_minor": "ignore",
        "actions_major": "log",
        "actions_critical": "alarm",
        "suppress": False,
    }
    if group:
        unit = next(unit for title, _, unit, _ in GROUPS if title == group)
        row |= {"unit_base": unit, "unit_modifier": None, "unit_rate": None, **thresholds("t_{}_{}")}
    return row | {
        "capabilities": {},
        "host_uuid": host.uuid,
        "sensorgroup_uuid": site.cloud.uuid("sensorgroup", host.hostname, group) if group else None,
        "links": site.links("isensors", uuid),
        **site.times(uuid),
    }


def thresholds(pattern: str) -> Item:
    return {
        pattern.format(severity, side): None
        for severity in ("minor", "major", "critical")
        for side in ("lower", "upper")
    }


def isensorgroups(site: Site) -> list[Item]:
    rows = []
    for host in site.hosts:
        for name, kind, unit, limit in GROUPS:
            uuid = site.cloud.uuid("sensorgroup", host.hostname, name)
            rows.append(
                {
                    "uuid": uuid,
                    "sensorgroupname": name,
                    "path": "",
                    "sensortype": kind,
                    "datatype": "analog",
                    "state": "enabled",
                    "possible_states": "",
                    "algorithm": "debounce-1.v1",
                    "audit_interval_group": 300,
                    "actions_critical_choices": f"{ACTIONS},reset,power-cycle",
                    "actions_major_choices": ACTIONS,
                    "actions_minor_choices": ACTIONS,
                    "actions_minor_group": "ignore",
                    "actions_major_group": "log",
                    "actions_critical_group": "alarm",
                    "unit_base_group": unit,
                    "unit_modifier_group": "",
                    "unit_rate_group": "",
                    **thresholds("t_{}_{}_group"),
                    "t_minor_upper_group": limit,
                    "capabilities": {},
                    "suppress": False,
                    "sensors": None,
                    "host_uuid": host.uuid,
                    "links": site.links("isensorgroups", uuid),
                    "isensors": site.links("isensorgroups", uuid, "isensors"),
                    **site.times(uuid),
                }
            )
    return rows
