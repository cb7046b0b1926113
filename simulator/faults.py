"""What is broken: faults with a beginning, an end and the clouds they hit. History is kept.

The kinds and their options are in fault_kinds.py, what they do to a connection is in transport.py; alarms
that follow from a fault (cable-pulled, osd-lost) are the alarm model's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.fault_kinds import KINDS
from simulator.fleet import CloudKey

ANY_NAME = "*"


@dataclass(slots=True)
class Fault:
    """`until` None: until it is ended by hand. Times are seconds since 1970, wall clock.

    `names` are subclouds of System Controller `controller` by name, which need not exist yet; ANY_NAME is each of them.
    """

    id: int
    kind: str
    clouds: tuple[CloudKey, ...]
    since: float
    until: float | None
    options: Mapping[str, Any]
    controller: int | None = None
    names: frozenset[str] = frozenset()

    def active(self, now: float) -> bool:
        return self.since <= now and (self.until is None or now < self.until)

    def concerns(self, key: CloudKey, name: str) -> bool:
        """Whether it hits that subcloud, under the name it has now."""
        if key in self.clouds:
            return True
        return self.controller == key[0] and key[1] is not None and not self.names.isdisjoint((name, ANY_NAME))


class FaultBook:
    """All faults ever injected, found by cloud."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._by_cloud: dict[CloudKey, list[Fault]] = defaultdict(list)
        self.of_work: list[Fault] = []  # those of kinds that trouble dcmanager's work; ended ones too

    def next_id(self) -> int:
        return len(self._faults) + 1

    def add(self, fault: Fault) -> None:
        self._faults[fault.id] = fault
        if fault.kind in KINDS and KINDS[fault.kind].target == "work":
            self.of_work.append(fault)
        for key in fault.clouds:
            self._by_cloud[key].append(fault)

    def get(self, identifier: int) -> Fault | None:
        return self._faults.get(identifier)

    def all_on(self, key: CloudKey) -> list[Fault]:
        """Every fault this cloud ever had, in the order of injection, ended ones too."""
        return self._by_cloud.get(key, [])

    def on(self, key: CloudKey, kind: str, now: float) -> Fault | None:
        """The youngest active fault of that kind on that cloud."""
        for fault in reversed(self.all_on(key)):
            if fault.kind == kind and fault.active(now):
                return fault
        return None

    def active_on(self, key: CloudKey, now: float) -> Iterator[Fault]:
        return (fault for fault in self.all_on(key) if fault.active(now))

    def active(self, now: float) -> Iterator[Fault]:
        return (fault for fault in self._faults.values() if fault.active(now))
