"""What happens to the fleet: commands, faults, what is reachable now.

State is a function of seed, clock and commands. Nothing ticks: a service computes what it answers from
`fleet`, `clock.now()` and what commands have changed.

For the services
- `world.clouds[(controller, id)]` is every cloud that exists now (a deleted subcloud is gone from it);
  `world.names[(controller, id)]` what dcmanager calls it now, which a rename changes.
- `world.command(name, apply)` registers what a command does; `world.do(name, **arguments)` writes it to the
  journal and applies it. `apply(at, arguments)` must be deterministic: it runs again after a restart, with the
  same `at`. Arguments must survive JSON. `world.replay()` runs once, when all services are registered.
- `world.reachable(cloud, at)`: faults, switched-off hosts and undeployed sites in one answer;
  `world.powered(cloud, at)`: no power-loss fault, and booted since.
- `world.power` is the power of every host (power.py), `world.software` what runs where (software.py).
- `world.agenda` (agenda.py) is for work that looks around on its way; `world.settle()` lets happen what is due.
- `world.outage_sources`: functions `cloud -> spans (start, end or None)` in which a site cannot be reached; dcmanager
  adds those in which the site is not deployed, `world.power` those in which all its hosts are down.
- `world.fault_listeners` are told of each fault when it begins, also during replay: part of the command.
- `world.site_time(cloud)`: the time on the site's own clock, which a clock-skew fault moves. Use it for time
  stamps that the site writes.
- `world.alarms` is the alarm model (simulator.alarms), see `AlarmModel`.
- `world.alarm_sources`: functions `(cloud, at) -> iterable of DerivedAlarm` which the alarm model asks; dcmanager
  adds the 280.* alarms of a central cloud this way.
- `world.touched[key]` counts commands and faults that hit a cloud: a key for caches (with `valid until` times for
  what changes by itself).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.agenda import Agenda
from simulator.clock import Clock
from simulator.effects import note_command
from simulator.fault_kinds import FaultError, kind_named
from simulator.faults import Fault, FaultBook
from simulator.fleet import Cloud, CloudKey, Fleet
from simulator.journal import Journal
from simulator.power import BOOT_SECONDS, PowerBook, Span
from simulator.software import SoftwareBook
from simulator.tokens import Tokens

CUTTING_KINDS = ("wan-cut", "power-loss")

Apply = Callable[[float, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class DerivedAlarm:
    """An alarm that follows from the state of something; the alarm model adds what its alarm_id says."""

    alarm_id: str
    entity_type_id: str
    entity_instance_id: str
    severity: str
    reason_text: str
    raised_at: float


AlarmSource = Callable[[Cloud, float], Iterable[DerivedAlarm]]
OutageSource = Callable[[Cloud], Iterable[Span]]


class AlarmModel(Protocol):
    """Which alarms stand at a site. Written beside FM; dcmanager and the control API only ask."""

    def standing(self, cloud: Cloud, at: float) -> list[dict[str, Any]]:
        """FM's expanded alarm objects that stand then, without masked and suppressed ones."""

    def counts(self, cloud: Cloud, at: float) -> tuple[int, int, int, int]:
        """(critical, major, minor, warning), as FM's summary counts them."""

    def raise_alarm(self, cloud: Cloud, alarm: Mapping[str, Any]) -> None:
        """Raise or change exactly one alarm (a command: survives a restart). Raises ValueError."""

    def clear_alarm(self, cloud: Cloud, alarm_id: str, entity_instance_id: str) -> bool:
        """False when no such alarm stands."""

    def set_churn(self, on: bool, per_minute: float) -> None:
        """Random raise and clear over the whole fleet."""


class Quiet:
    """The alarm model of a fleet without alarms."""

    def standing(self, cloud: Cloud, at: float) -> list[dict[str, Any]]:
        return []

    def counts(self, cloud: Cloud, at: float) -> tuple[int, int, int, int]:
        return (0, 0, 0, 0)

    def raise_alarm(self, cloud: Cloud, alarm: Mapping[str, Any]) -> None:
        raise ValueError("this fleet has no alarms")

    def clear_alarm(self, cloud: Cloud, alarm_id: str, entity_instance_id: str) -> bool:
        return False

    def set_churn(self, on: bool, per_minute: float) -> None:
        raise ValueError("this fleet has no alarms")


class World:
    """One simulator's fleet in motion."""

    def __init__(self, fleet: Fleet, clock: Clock, journal: Journal, base_url: str) -> None:
        self.fleet = fleet
        self.clock = clock
        self.base_url = base_url
        self.clouds: dict[CloudKey, Cloud] = {cloud.key: cloud for cloud in fleet.clouds()}
        self.names: dict[CloudKey, str] = {cloud.key: cloud.name for cloud in fleet.clouds()}
        self._below: dict[int, dict[CloudKey, Cloud]] = {
            controller.number: {cloud.key: cloud for cloud in controller.subclouds} for controller in fleet.controllers
        }
        self.faults = FaultBook()
        self.alarms: AlarmModel = Quiet()
        self.alarm_sources: list[AlarmSource] = []
        self.outage_sources: list[OutageSource] = []
        self.deploying: Callable[[Cloud], tuple[str, str] | None] = lambda _: None  # (from, to), as USM knows
        self.fault_listeners: list[Callable[[Fault], None]] = []
        self.touched: dict[CloudKey, int] = defaultdict(int)
        self.touched_below: dict[int, int] = defaultdict(int)  # by controller number
        self._journal = journal
        self._commands: dict[str, Apply] = {}
        self.agenda = Agenda()
        self.power = PowerBook(self)
        self.software = SoftwareBook(self)
        self.outage_sources.append(self.power.outages)
        self.tokens = Tokens(self)
        self.command("fault.inject", self._inject)
        self.command("fault.end", self._end_fault)

    def cloud(self, controller: int, identifier: int | None) -> Cloud | None:
        return self.clouds.get((controller, identifier))

    def subclouds(self, controller: int) -> list[Cloud]:
        """Subclouds that exist now, by id."""
        return list(self._below[controller].values())

    def touch(self, key: CloudKey) -> None:
        self.touched[key] += 1
        self.touched_below[key[0]] += 1

    def add(self, cloud: Cloud, name: str) -> None:
        """A subcloud that was not there before, or takes the place of one that was."""
        self.clouds[cloud.key] = self._below[cloud.controller][cloud.key] = cloud
        self.names[cloud.key] = name
        self.touch(cloud.key)

    def replace(self, cloud: Cloud) -> None:
        """The same cloud with other properties; one that is gone stays gone."""
        if cloud.key not in self.clouds:
            return
        self.clouds[cloud.key] = cloud
        if cloud.id is not None:
            self._below[cloud.controller][cloud.key] = cloud
            self.touch(cloud.key)
        else:
            for key in (cloud.key, *self._below[cloud.controller]):
                self.touch(key)

    def remove(self, key: CloudKey) -> None:
        if self.clouds.pop(key, None) is not None:
            self._below[key[0]].pop(key, None)
            self.names.pop(key, None)
            self.touch(key)

    def settle(self) -> None:
        self.agenda.settle(self.clock.now())

    # Commands

    def command(self, name: str, apply: Apply) -> None:
        self._commands[name] = apply

    def do(self, name: str, /, **arguments: Any) -> Any:
        """Write a command to the journal and apply it; returns what its function returns."""
        at = self.clock.now()
        self.agenda.settle(at)
        result = self._commands[name](at, arguments)
        self._journal.append({"at": at, "command": name, "arguments": arguments})
        note_command(name)
        return result

    def replay(self) -> None:
        """Apply what was recorded before this start; commands nobody knows any more are left out."""
        for entry in self._journal.entries():
            apply = self._commands.get(entry["command"])
            if apply is not None:
                self.agenda.settle(entry["at"])
                apply(entry["at"], entry["arguments"])

    # Faults

    def inject(
        self,
        kind: str,
        clouds: Iterable[Cloud],
        seconds: float | None,
        options: Mapping[str, Any],
        names: Iterable[str] = (),
        controller: int | None = None,
    ) -> Fault:
        """Start a fault; `names` as in Fault. Raises fault_kinds.FaultError."""
        spec = kind_named(kind)
        if seconds is not None and not 0 < seconds < math.inf:
            raise FaultError("seconds must be above 0")
        fault: Fault = self.do(
            "fault.inject",
            kind=kind,
            clouds=[list(cloud.key) for cloud in clouds],
            seconds=spec.seconds if seconds is None else seconds,
            options=spec.parse(options),
            names=sorted(names),
            controller=controller,
        )
        return fault

    def _inject(self, at: float, arguments: Mapping[str, Any]) -> Fault:
        seconds = arguments["seconds"]
        fault = Fault(
            self.faults.next_id(),
            arguments["kind"],
            tuple((key[0], key[1]) for key in arguments["clouds"]),
            at,
            None if seconds is None else at + seconds,
            arguments["options"],
            arguments.get("controller"),
            frozenset(arguments.get("names", ())),
        )
        self.faults.add(fault)
        self._touch_all(fault)
        for listener in self.fault_listeners:
            listener(fault)
        return fault

    def end_fault(self, identifier: int) -> bool:
        """False when there is no such fault or it has ended already."""
        fault = self.faults.get(identifier)
        if fault is None or not fault.active(self.clock.now()):
            return False
        self.do("fault.end", id=identifier)
        return True

    def _end_fault(self, at: float, arguments: Mapping[str, Any]) -> None:
        fault = self.faults.get(arguments["id"])
        if fault is not None:
            fault.until = at
            self._touch_all(fault)

    def _touch_all(self, fault: Fault) -> None:
        named = [key for key, name in self.names.items() if fault.concerns(key, name)] if fault.names else []
        for key in {*fault.clouds, *named}:
            self.touch(key)

    # What a site is like now

    def outages(self, cloud: Cloud) -> list[Span]:
        """When the site could not be reached, sorted by start; end None: still so. Overlaps are not merged."""
        spans = [span for source in self.outage_sources for span in source(cloud)]
        for fault in self.faults.all_on(cloud.key):
            if fault.kind in CUTTING_KINDS:
                boot = self.clock.scaled(BOOT_SECONDS) if fault.kind == "power-loss" else 0.0
                spans.append((fault.since, None if fault.until is None else fault.until + boot))
        return sorted(spans, key=lambda span: span[0])

    def reachable(self, cloud: Cloud, at: float | None = None) -> bool:
        now = self.clock.now() if at is None else at
        return not any(start <= now and (end is None or now < end) for start, end in self.outages(cloud))

    def powered(self, cloud: Cloud, at: float | None = None) -> bool:
        """False while a power-loss fault holds and while the hosts boot after it."""
        now = self.clock.now() if at is None else at
        boot = self.clock.scaled(BOOT_SECONDS)
        return not any(
            fault.kind == "power-loss" and fault.since <= now and (fault.until is None or now < fault.until + boot)
            for fault in self.faults.all_on(cloud.key)
        )

    def skew(self, cloud: Cloud) -> float:
        """Seconds by which the site's clock is ahead."""
        fault = self.faults.on(cloud.key, "clock-skew", self.clock.now())
        return float(fault.options["seconds"]) if fault else 0.0

    def site_time(self, cloud: Cloud) -> float:
        return self.clock.now() + self.skew(cloud)
