"""What one or more dcmanagers know: a record per subcloud, groups, and what the audit makes of them now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.clock import Clock
from simulator.dcmanager.audit import ENDPOINTS, PASS_SECONDS, SYNC_SECONDS, Availability, Passes, availability
from simulator.fleet import Cloud, CloudKey, Group
from simulator.identity import stable_fraction
from simulator.world import World


@dataclass(slots=True)
class Record:
    """The columns of dcmanager's subcloud table that can change. Times are wall clock."""

    name: str
    description: str
    location: str
    group: int
    management: str
    managed_at: float
    deploy: str
    error: str
    created_at: float
    updated_at: float


@dataclass(slots=True)
class GroupRecord:
    id: int
    name: str
    description: str
    apply_type: str
    max_parallel: int
    created_at: float | None
    updated_at: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A subcloud as its dcmanager shows it now; `endpoints` maps endpoint type to sync status."""

    availability: Availability
    endpoints: Mapping[str, str]
    endpoint_since: Mapping[str, float]
    valid_until: float

    @property
    def word(self) -> str:
        return "online" if self.availability.online else "offline"


class Register:
    """Records of all System Controllers; every change goes through a command of `World`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: dict[CloudKey, Record] = {}
        self.groups: dict[int, dict[int, GroupRecord]] = {}
        self._last_group: dict[int, int] = {}
        self._seen: dict[CloudKey, tuple[int, Seen]] = {}
        self.passes: dict[int, Passes] = {}
        for controller in world.fleet.controllers:
            number = controller.number
            self.passes[number] = self._passes(number)
            self.groups[number] = {group.id: self._group(group) for group in controller.groups}
            self._last_group[number] = max(self.groups[number])
            for cloud in controller.subclouds:
                self.records[cloud.key] = self._record(cloud)
        world.command("subcloud.update", self._update)
        world.command("subcloud.delete", self._delete)
        world.command("group.create", self._create_group)
        world.command("group.update", self._update_group)
        world.command("group.delete", self._delete_group)

    @property
    def clock(self) -> Clock:
        return self.world.clock

    def _passes(self, number: int) -> Passes:
        period = self.clock.scaled(PASS_SECONDS)
        return Passes(self.clock.epoch + period * stable_fraction(self.world.fleet.seed, "audit", number), period)

    def _record(self, cloud: Cloud) -> Record:
        created = self.clock.epoch - cloud.age
        initial = cloud.initial
        return Record(
            cloud.name,
            f"{cloud.city.name} site {cloud.id}",
            f"{cloud.city.name}, {cloud.city.country}",
            cloud.group,
            initial.management,
            created + 7200.0,
            initial.deploy,
            initial.error,
            created,
            created + 3600.0,
        )

    def _group(self, group: Group) -> GroupRecord:
        created = None if group.id == 1 else self.clock.epoch - 300 * 86400.0
        return GroupRecord(group.id, group.name, group.description, group.apply_type, group.max_parallel, created, None)

    # What is seen now

    def seen(self, cloud: Cloud, now: float | None = None) -> Seen:
        """Availability and endpoints now; computed when a command, a fault or the clock has changed them."""
        at = self.clock.now() if now is None else now
        touched = self.world.touched[cloud.key]
        cached = self._seen.get(cloud.key)
        if cached is not None and cached[0] == touched and at < cached[1].valid_until:
            return cached[1]
        seen = self._look(cloud, self.records[cloud.key], at)
        self._seen[cloud.key] = (touched, seen)
        return seen

    def _look(self, cloud: Cloud, record: Record, at: float) -> Seen:
        state = availability(self.world.outages(cloud), self.passes[cloud.controller], at, record.created_at)
        valid_until = state.valid_until
        endpoints, since = {}, {}
        for name in ENDPOINTS:
            known_at = self._known_at(name, state, record)
            if known_at <= at:
                endpoints[name], since[name] = self._settled(cloud, name), known_at
            else:
                endpoints[name], since[name] = "unknown", state.since
                valid_until = min(valid_until, known_at)
        return Seen(state, endpoints, since, valid_until)

    def _known_at(self, name: str, state: Availability, record: Record) -> float:
        """From when the endpoint has a value; inf while its owner does not look."""
        if not state.online:
            return math.inf
        delay = self.clock.scaled(SYNC_SECONDS[name])
        if name == "dc-cert":  # the cert monitor does not care who manages the site
            return state.since + delay
        return max(state.since, record.managed_at) + delay if record.management == "managed" else math.inf

    def _settled(self, cloud: Cloud, name: str) -> str:
        central = self.world.clouds[cloud.controller, None].software
        wrong = (
            name in cloud.initial.out_of_sync
            or (name == "software" and cloud.software.release_id != central.release_id)
            or (name == "kubernetes" and cloud.software.kubernetes != central.kubernetes)
        )
        return "out-of-sync" if wrong else "in-sync"

    # Finding

    def subcloud(self, controller: int, reference: str) -> Cloud | None:
        """By id when the reference is all digits, else by name, as dcmanager reads a path."""
        if reference.isascii() and reference.isdigit():
            return self.world.cloud(controller, int(reference)) if int(reference) else None
        return next(
            (cloud for cloud in self.world.subclouds(controller) if self.records[cloud.key].name == reference), None
        )

    def group(self, controller: int, reference: str) -> GroupRecord | None:
        groups = self.groups[controller]
        if reference.isascii() and reference.isdigit():
            return groups.get(int(reference))
        return next((group for group in groups.values() if group.name == reference), None)

    def members(self, controller: int, group: int) -> list[Cloud]:
        return [cloud for cloud in self.world.subclouds(controller) if self.records[cloud.key].group == group]

    # Commands

    def _update(self, at: float, arguments: Mapping[str, Any]) -> None:
        key = (arguments["controller"], arguments["id"])
        record = self.records.get(key)
        if record is None:
            return
        changes = arguments["changes"]
        if changes.get("management") == "managed" and record.management != "managed":
            record.managed_at = at
        for name, value in changes.items():
            setattr(record, name, value)
        record.updated_at = at
        self.world.names[key] = record.name
        self.world.touch(key)

    def _delete(self, at: float, arguments: Mapping[str, Any]) -> None:
        key = (arguments["controller"], arguments["id"])
        self.records.pop(key, None)
        self._seen.pop(key, None)
        self.world.remove(key)

    def _create_group(self, at: float, arguments: Mapping[str, Any]) -> GroupRecord:
        number = arguments["controller"]
        self._last_group[number] += 1
        group = GroupRecord(
            self._last_group[number],
            arguments["name"],
            arguments["description"],
            arguments["apply_type"],
            arguments["max_parallel"],
            at,
            None,
        )
        self.groups[number][group.id] = group
        return group

    def _update_group(self, at: float, arguments: Mapping[str, Any]) -> None:
        group = self.groups[arguments["controller"]].get(arguments["id"])
        if group is not None:
            for name, value in arguments["changes"].items():
                setattr(group, name, value)
            group.updated_at = at

    def _delete_group(self, at: float, arguments: Mapping[str, Any]) -> None:
        self.groups[arguments["controller"]].pop(arguments["id"], None)

    def updated_at(self, record: Record, seen: Seen) -> float:
        """The row's updated-at: availability changes touch it, endpoint states do not."""
        since = seen.availability.since
        return max(record.updated_at, since if math.isfinite(since) else record.updated_at)

    def soonest(self, clouds: Iterable[Cloud]) -> float:
        """Until when nothing about these clouds changes by itself."""
        return min((self.seen(cloud).valid_until for cloud in clouds), default=math.inf)
