"""Faults that make the patching of a site fail in a phase, and how often they have done so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from simulator.faults import Fault
from simulator.fleet import Cloud, CloudKey
from simulator.world import World

FAILS = "patch-fails"


class Strikes:
    """With `times`, a fault strikes each site only so often; a retry then goes through."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._struck: Counter[tuple[int, CloudKey]] = Counter()

    def strike(self, cloud: Cloud, phase: str, at: float) -> str:
        """Why it fails there and then, and that is counted; empty when no fault strikes."""
        for fault in of_kind(self._world, FAILS, cloud, at):
            times, struck = int(fault.options["times"]), self._struck[fault.id, cloud.key]
            if fault.options["phase"] == phase and (not times or struck < times):
                self._struck[fault.id, cloud.key] += 1
                return f"injected by fault {fault.id}"
        return ""


def of_kind(world: World, kind: str, cloud: Cloud, at: float) -> Iterator[Fault]:
    """Active faults of work of that kind on that cloud, the youngest first."""
    name = world.names.get(cloud.key, "")
    for fault in reversed(world.faults.of_work):
        if fault.kind == kind and fault.active(at) and fault.concerns(cloud.key, name):
            yield fault
