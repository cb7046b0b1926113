"""What is physically wrong at a cloud, in the words of its hardware; alarms and sysinv's bodies follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.faults import Fault
from simulator.fleet import Cloud


@dataclass(frozen=True, slots=True)
class Conditions:
    """All values of the mappings are when it began, seconds since 1970.

    `ports_down` is keyed by (host name, port name), `osds_lost` by OSD id, `locked`, `down` (hosts without services)
    and `booted` by host name; `dark` are hosts without power; `sensors` gives a status other than ok by (host name,
    sensor name); `apps` the alarm id of an application in trouble, `expiries` when a certificate runs out that an
    alarm warns of; `swacts` counts how often the active controller changed; `restored_at` is when hosts were up again
    after the last power loss.
    """

    speed: float = 1.0
    ports_down: Mapping[tuple[str, str], float] = field(default_factory=dict)
    osds_lost: Mapping[int, float] = field(default_factory=dict)
    locked: Mapping[str, float] = field(default_factory=dict)
    down: Mapping[str, float] = field(default_factory=dict)
    dark: frozenset[str] = frozenset()
    booted: Mapping[str, float] = field(default_factory=dict)
    sensors: Mapping[tuple[str, str], str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)
    expiries: Mapping[str, float] = field(default_factory=dict)
    degraded: frozenset[str] = frozenset()
    outdated: frozenset[str] = frozenset()
    swacts: int = 0
    restored_at: float | None = None

    def scaled(self, seconds: float) -> float:
        """A duration of the real system as it lasts here."""
        return seconds / self.speed


def osd_hosts(cloud: Cloud) -> list[str]:
    """The host of each OSD; the index is the OSD's id."""
    return [host.hostname for host in cloud.hosts for disk in host.disks if disk.role == "osd"]


def ports_down(faults: Iterable[Fault], at: float) -> dict[tuple[str, str], float]:
    """Ports whose cable is pulled, and since when."""
    return {
        (str(fault.options["host"]), str(fault.options["port"])): fault.since
        for fault in faults
        if fault.kind == "cable-pulled" and fault.active(at)
    }


def osds_lost(cloud: Cloud, faults: Iterable[Fault], at: float) -> dict[int, float]:
    """OSDs that are down, and since when; a fault for an OSD the site does not have does nothing."""
    existing = range(len(osd_hosts(cloud)))
    return {
        int(fault.options["osd"]): fault.since
        for fault in faults
        if fault.kind == "osd-lost" and fault.active(at) and int(fault.options["osd"]) in existing
    }


def restored_at(faults: Iterable[Fault], boot: float, at: float) -> float | None:
    """When the hosts were up again after the last power loss; `boot` is how long they need."""
    ends = [
        fault.until + boot
        for fault in faults
        if fault.kind == "power-loss" and fault.until is not None and fault.until + boot <= at
    ]
    return max(ends, default=None)
