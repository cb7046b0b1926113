"""What one or more dcmanagers know: a record per subcloud, groups, and what the audit makes of them now."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.clock import Clock
from simulator.dcmanager import deploy_faults, work_faults
from simulator.dcmanager.associations import Associations
from simulator.dcmanager.audit import ENDPOINTS, PASS_SECONDS, SYNC_SECONDS, Availability, Passes, Span, availability
from simulator.dcmanager.endpoints import FORCED, Compared, compared
from simulator.dcmanager.error_texts import MAX_TEXT
from simulator.dcmanager.interruption import interrupt
from simulator.dcmanager.lifecycle import NO_ERRORS, Mark, Run, Standing, Trouble, course, standing, written
from simulator.dcmanager.record import LANES, GroupRecord, Record, first_record, site_spans, watches
from simulator.dcmanager.seen import Seen
from simulator.faults import Fault
from simulator.fleet import Cloud, CloudKey, Group
from simulator.identity import stable_fraction
from simulator.releases import Release, release_of
from simulator.world import World

TroubleSource = Callable[[World, Cloud, Record], Iterable[Trouble]]


class Register:
    """Records of all System Controllers; every change goes through a command of `World`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: dict[CloudKey, Record] = {}
        self.groups: dict[int, dict[int, GroupRecord]] = {}
        self._last_group: dict[int, int] = {}
        self._seen: dict[CloudKey, tuple[int, Seen]] = {}
        self.trouble_sources: list[TroubleSource] = [deploy_faults.troubles, work_faults.troubles]
        # by controller and name: how often faults have made work fail on subclouds that were deleted
        self.former_strikes: dict[tuple[int, str], dict[int, int]] = {}
        self.associations = Associations(world)
        self.passes: dict[int, Passes] = {}
        for controller in world.fleet.controllers:
            number = controller.number
            self.passes[number] = self._passes(number)
            self.groups[number] = {group.id: self._group(group) for group in controller.groups}
            self._last_group[number] = max(self.groups[number])
            for cloud in controller.subclouds:
                self.records[cloud.key] = first_record(cloud, self.clock.epoch)
        world.outage_sources.append(self.dark)
        world.software.sources.append(self.prestaged)
        world.fault_listeners.append(self._hear)
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
        lanes = {name: self._standing(cloud, record, name, at) for name in LANES}
        state = availability(
            self.world.outages(cloud),
            self.passes[cloud.controller],
            at,
            record.created_at,
            watches(record.watched, self.marks(cloud, record)),
            record.begins_online,
        )
        valid_until = min(state.valid_until, *(lane.until for lane in lanes.values()))
        endpoints, since = {}, {}
        for name in ENDPOINTS:
            known_at = self._known_at(name, state, record)
            if known_at <= at:
                found = self._settled(cloud, record, lanes["deploy"].status, name, at)
                endpoints[name], since[name] = found.status, max(known_at, found.since)
                valid_until = min(valid_until, found.until)
            else:
                endpoints[name], since[name] = "unknown", state.since
                valid_until = min(valid_until, known_at)
        texts = [lane.error for lane in lanes.values() if lane.error is not None and lane.error[0] >= record.error_at]
        changes = [lane.since for name, lane in lanes.items() if record.lane(name).run is not None]
        return Seen(
            state,
            endpoints,
            since,
            lanes["deploy"],
            lanes["backup"],
            lanes["prestage"],
            max(texts, key=lambda text: text[0])[1] if texts else record.error,
            max([record.updated_at, *changes, *([state.since] if math.isfinite(state.since) else [])]),
            valid_until,
            {
                name: value
                for lane, reached in lanes.items()
                for name, value in written(record.lane(lane).run, reached, at).items()
            },
        )

    def _standing(self, cloud: Cloud, record: Record, name: str, at: float) -> Standing:
        lane = record.lane(name)
        return standing(lane, self.troubles(cloud) if lane.run else (), at)

    def marks(self, cloud: Cloud, record: Record) -> tuple[Mark, ...]:
        """What the deploy run under way has done and will do."""
        return course(record.deploy.run, self.troubles(cloud)) if record.deploy.run else ()

    def troubles(self, cloud: Cloud) -> list[Trouble]:
        """What ails the work on that subcloud, in the past and later."""
        return self._troubles(cloud, self.records[cloud.key])

    def _troubles(self, cloud: Cloud, record: Record) -> list[Trouble]:
        return [trouble for source in self.trouble_sources for trouble in source(self.world, cloud, record)]

    def dark(self, cloud: Cloud) -> list[Span]:
        """An outage source: when the site does not run because it is not deployed."""
        record = self.records.get(cloud.key)
        if record is None:
            return []
        if record.deploy.run is None:
            return record.dark
        return site_spans(record.dark, record.deploy.run, self.marks(cloud, record))

    def prestaged(self, cloud: Cloud, at: float) -> list[Release]:
        """What prestaging has copied to the site."""
        record = self.records.get(cloud.key)
        if record is None:
            return []
        return [release_of(text) for text in self.seen(cloud, at).written.get("prestaged", record.prestaged)]

    def _known_at(self, name: str, state: Availability, record: Record) -> float:
        """From when the endpoint has a value; inf while its owner does not look."""
        if not state.online:
            return math.inf
        delay = self.clock.scaled(SYNC_SECONDS[name])
        if name == "dc-cert":  # the cert monitor does not care who manages the site
            return state.since + delay
        return max(state.since, record.managed_at) + delay if record.management == "managed" else math.inf

    def _settled(self, cloud: Cloud, record: Record, deploy: str | None, name: str, at: float) -> Compared:
        if name == "dc-cert" and record.dc_cert is not None:
            return Compared(record.dc_cert)
        if name == "software" and deploy in FORCED:
            return Compared("out-of-sync")
        return compared(self.world, self.passes[cloud.controller], cloud, record, name, at)

    # Finding

    def subcloud(self, controller: int, reference: str) -> Cloud | None:
        """By id when the reference is all digits, else by name, as dcmanager reads a path."""
        if reference.isascii() and reference.isdigit():
            return self.world.cloud(controller, int(reference)) if int(reference) else None
        return self.named(controller, reference)

    def named(self, controller: int, name: str) -> Cloud | None:
        return next((cloud for cloud in self.world.subclouds(controller) if self.records[cloud.key].name == name), None)

    def group(self, controller: int, reference: str) -> GroupRecord | None:
        groups = self.groups[controller]
        if reference.isascii() and reference.isdigit():
            return groups.get(int(reference))
        return next((group for group in groups.values() if group.name == reference), None)

    def members(self, controller: int, group: int) -> list[Cloud]:
        return [cloud for cloud in self.world.subclouds(controller) if self.records[cloud.key].group == group]

    # Commands

    def put(self, cloud: Cloud, lane: str, status: str | None, at: float, error: str | None = None) -> None:
        """Part of a command or of what happens by itself: that column says so now; `error` None leaves the text."""
        record = self.records[cloud.key]
        record.settle(self.troubles(cloud), at, forced=lane)
        record.write(lane, status, at)
        if error is not None:
            record.error, record.error_at = error[:MAX_TEXT], at
        self.world.touch(cloud.key)

    def clear_error(self, cloud: Cloud, at: float) -> None:
        record = self.records[cloud.key]
        record.settle(self.troubles(cloud), at)
        record.error, record.error_at = NO_ERRORS, at
        self.world.touch(cloud.key)

    def mend(self, cloud: Cloud, endpoint: str, at: float) -> None:
        """The endpoint is in sync from now on."""
        record = self.records.get(cloud.key)
        if record is not None:
            record.mended[endpoint] = at
            self.world.touch(cloud.key)

    def start(self, cloud: Cloud, lane: str, run: Run) -> None:
        """Part of a command: a new run in that lane, in place of the one under way."""
        self.records[cloud.key].start(lane, run, self.troubles(cloud))
        if run.takes_down or run.brings_up is not None:
            marks = course(run, self.troubles(cloud))
            self.world.power.install(cloud, next((m.at for m in marks if m.status == run.takes_down), run.began_at))
        self.world.touch(cloud.key)

    def _hear(self, fault: Fault) -> None:
        """A restart of the manager interrupts all work."""
        if fault.kind != "controller-restart":
            return
        for number in {controller for controller, identifier in fault.clouds if identifier is None}:
            for cloud in self.world.subclouds(number):
                if interrupt(self.records[cloud.key], self.troubles(cloud), fault.since):
                    self.world.touch(cloud.key)

    def _update(self, at: float, arguments: Mapping[str, Any]) -> None:
        key = (arguments["controller"], arguments["id"])
        record = self.records.get(key)
        if record is None:
            return
        cloud = self.world.clouds[key]
        record.settle(self.troubles(cloud), at)  # what faults did to it is looked up by its present name
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
        record = self.records.pop(key, None)
        if record is not None:
            record.settle(self._troubles(self.world.clouds[key], record), at)
            self.former_strikes[key[0], record.name] = record.struck
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

    def soonest(self, clouds: Iterable[Cloud], now: float) -> float:
        """Until when nothing about these clouds changes by itself, seen from `now`."""
        return min((self.seen(cloud, now).valid_until for cloud in clouds), default=math.inf)
