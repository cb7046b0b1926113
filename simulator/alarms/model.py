"""The alarm model: brings all sources of alarms together and answers what stands where.

Sources: long-standing ones (background.py), natural come and go (churn.py), faults (consequences.py) and mishaps
(mishaps.py), commands (register.py), and whatever `world.alarm_sources` adds, which is dcmanager's 280.* for a
central cloud.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from simulator.alarms import background, consequences, mishaps, register
from simulator.alarms.alarm import Alarm, Episode
from simulator.alarms.catalogue import kinds
from simulator.alarms.churn import Churn
from simulator.alarms.conditions import osd_hosts
from simulator.alarms.host_actions import HostActions
from simulator.alarms.register import Register
from simulator.alarms.rows import stored_entity, visible
from simulator.alarms.snapshot import Snapshot, take
from simulator.faults import Fault
from simulator.fleet import Cloud, CloudKey
from simulator.world import DerivedAlarm, World

CENTRAL_SECONDS = 1.0  # how long a central cloud's answer holds: what it follows from changes by itself


class StandingAlarms:
    """Implements world.AlarmModel; FM and sysinv use the rest."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.churn = Churn(world.clock, len(world.fleet.clouds()))
        self.register = Register()
        self.hosts = HostActions(world, self.register)
        self._snapshots: dict[CloudKey, list[Snapshot]] = {}
        world.command("alarm.raise", self._raise)
        world.command("alarm.clear", self._clear)
        world.command("alarm.log", self._log)
        world.command("alarm.suppress", self._suppress)
        world.command("alarm.churn", self._churn)

    # What the core asks for

    def standing(self, cloud: Cloud, at: float) -> list[dict[str, Any]]:
        return visible(cloud, self.snapshot(cloud, at))

    def counts(self, cloud: Cloud, at: float) -> tuple[int, int, int, int]:
        return self.snapshot(cloud, at).counts()

    def raise_alarm(self, cloud: Cloud, alarm: Mapping[str, Any]) -> None:
        entity = stored_entity(cloud, str(alarm.get("entity_instance_id") or ""))
        given = dict(alarm) | {"entity_instance_id": entity}
        register.alarm_from(cloud, given, 0.0, None)  # refuse before it gets into the journal
        self.world.do("alarm.raise", cloud=list(cloud.key), alarm=given, stamped=True)

    def raise_at(self, cloud: Cloud, alarm_id: str, severity: str, at: float) -> None:
        """Part of what happens by itself: an alarm of the catalogue about the site's first host."""
        words = Unsaid(host=cloud.hosts[0].hostname, severity=severity)
        kind = kinds()[alarm_id]
        given = {
            "alarm_id": alarm_id,
            "entity_instance_id": kind.entity.format_map(words),
            "severity": severity,
            "reason_text": kind.reason.format_map(words),
        }
        self._raise(at, {"cloud": list(cloud.key), "alarm": given, "stamped": True})

    def clear_alarm(self, cloud: Cloud, alarm_id: str, entity_instance_id: str) -> bool:
        key = (alarm_id, stored_entity(cloud, entity_instance_id))
        if not any(alarm.key == key for alarm in self.snapshot(cloud, self.world.clock.now()).alarms):
            return False
        return bool(self.world.do("alarm.clear", cloud=list(cloud.key), alarm_id=key[0], entity=key[1]))

    def set_churn(self, on: bool, per_minute: float) -> None:
        self.world.do("alarm.churn", on=on, per_minute=per_minute)

    # What stands

    def snapshot(self, cloud: Cloud, at: float) -> Snapshot:
        """Cached until the next change; two are kept, because audits ask about an instant in the past."""
        central = cloud.kind == "central"
        version = self.world.touched_below[cloud.controller] if central else self.world.touched[cloud.key]
        kept = self._snapshots.get(cloud.key, [])
        for snapshot in kept:
            if snapshot.holds(version, at):
                return snapshot
        changes = chain(self.churn.changes(cloud, at), mishaps.changes(self.churn, cloud, at))
        fresh = take(
            version,
            at,
            self.episodes(cloud, at),
            changes,
            self.register.of(cloud).suppressed,
            CENTRAL_SECONDS if central else math.inf,
        )
        if central:
            fresh.valid_from = at
        self._snapshots[cloud.key] = [fresh, *kept[:1]]
        return fresh

    def episodes(self, cloud: Cloud, at: float, back: int = 0) -> Iterator[Episode]:
        """Everything that may stand then; `back` adds that many earlier cycles of natural churn."""
        deeds = self.register.of(cloud)
        born = self.world.clock.epoch - cloud.age
        for episode in self._by_themselves(cloud, at, back):
            if cloud.age <= 0 and episode.alarm.raised_at < born:
                continue  # from before the site was added
            cleared_at = deeds.cleared.get(episode.alarm.uuid)
            skewed = self._skewed(cloud, episode)
            yield skewed if cleared_at is None else skewed.until(cleared_at)
        yield from deeds.episodes

    def _by_themselves(self, cloud: Cloud, at: float, back: int) -> Iterator[Episode]:
        yield from background.episodes(cloud, self.world.clock.epoch)
        yield from self.churn.episodes(cloud, at, back)
        yield from consequences.episodes(self.world, cloud, self.troubles(cloud, at, back // 10))
        yield from self.hosts.episodes(cloud)
        for source in self.world.alarm_sources:
            for derived in source(cloud, at):
                yield Episode(from_derived(cloud, derived))

    def troubles(self, cloud: Cloud, at: float, back: int = 0) -> list[Fault]:
        """Faults people injected, the present mishap (with `back`, those of so many earlier cycles too), and the
        OSDs that are lost with their host."""
        return [
            *self.world.faults.all_on(cloud.key),
            *mishaps.near(self.churn, cloud, at, back),
            *dead_osds(self.world, cloud),
        ]

    def _skewed(self, cloud: Cloud, episode: Episode) -> Episode:
        """Time stamps are the site's own: wrong by what its clock was off when the alarm was raised."""
        skew = self.skew_at(cloud, episode.alarm.raised_at)
        if not skew:
            return episode
        return replace(episode, alarm=replace(episode.alarm, stamp=episode.alarm.raised_at + skew))

    def skew_at(self, cloud: Cloud, at: float) -> float:
        """By how many seconds the site's clock was ahead then."""
        for fault in reversed(self.world.faults.all_on(cloud.key)):
            if fault.kind == "clock-skew" and fault.active(at):
                return float(fault.options["seconds"])
        return 0.0

    # Commands

    def _cloud(self, arguments: Mapping[str, Any]) -> Cloud | None:
        controller, identifier = arguments["cloud"]
        return self.world.cloud(controller, identifier)

    def _raise(self, at: float, arguments: Mapping[str, Any]) -> Alarm | None:
        cloud = self._cloud(arguments)
        if cloud is None:
            return None
        stamp = arguments.get("stamp", at + self.world.skew(cloud)) if arguments["stamped"] else None
        alarm = register.alarm_from(cloud, arguments["alarm"], at, stamp)
        deeds = self.register.to(cloud)
        for other in self.snapshot(cloud, at).alarms:
            if other.key == alarm.key:
                deeds.cleared[other.uuid] = at
        self.world.touch(cloud.key)
        return register.put(deeds, alarm)

    def _clear(self, at: float, arguments: Mapping[str, Any]) -> bool:
        cloud = self._cloud(arguments)
        if cloud is None:
            return False
        standing = self.snapshot(cloud, at).alarms
        self.world.touch(cloud.key)
        return register.end(self.register.to(cloud), standing, (arguments["alarm_id"], arguments["entity"]), at)

    def _log(self, at: float, arguments: Mapping[str, Any]) -> Alarm | None:
        cloud = self._cloud(arguments)
        if cloud is None:
            return None
        alarm = register.log_from(cloud, arguments["alarm"], at)
        self.register.to(cloud).logs.append(alarm)
        self.world.touch(cloud.key)
        return alarm

    def _suppress(self, at: float, arguments: Mapping[str, Any]) -> None:
        cloud = self._cloud(arguments)
        if cloud is None or arguments["alarm_id"] not in kinds():
            return
        suppressed = self.register.to(cloud).suppressed
        (suppressed.add if arguments["on"] else suppressed.discard)(arguments["alarm_id"])
        self.world.touch(cloud.key)

    def _churn(self, at: float, arguments: Mapping[str, Any]) -> None:
        self.churn.set_rate(at, arguments["on"], arguments["per_minute"])
        self._snapshots.clear()


class Unsaid(dict[str, object]):
    """Words for an alarm; what nobody has said is called by its own name."""

    def __missing__(self, key: str) -> str:
        return key


def dead_osds(world: World, cloud: Cloud) -> Iterator[Fault]:
    """The OSDs of a host that is down, as faults of the kind people inject."""
    hosts = osd_hosts(cloud)
    for hostname, power in world.power.touched(cloud).items():
        for number, (start, end) in enumerate(power.down):
            for osd, holder in enumerate(hosts):
                if holder == hostname:
                    identifier = -(10**7) - number * len(hosts) - osd
                    yield Fault(identifier, "osd-lost", (cloud.key,), start, end, {"osd": osd})


def from_derived(cloud: Cloud, derived: DerivedAlarm) -> Alarm:
    """The catalogue adds what a source does not say."""
    alarm = register.alarm_from(
        cloud,
        {
            "alarm_id": derived.alarm_id,
            "entity_instance_id": derived.entity_instance_id,
            "entity_type_id": derived.entity_type_id,
            "severity": derived.severity,
            "reason_text": derived.reason_text,
        },
        derived.raised_at,
        derived.raised_at,
    )
    return replace(
        alarm, uuid=cloud.uuid("derived", derived.alarm_id, derived.entity_instance_id, f"{derived.raised_at:.3f}")
    )
